import assert from 'node:assert/strict';
import { migrations } from '../../../../lib/enterprise/storage/migrations.ts';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { migrate, schemaVersion } from '../../../../lib/enterprise/storage/schema.ts';
import { ConfigurationError } from '../../../../lib/oss/errors.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { freePort } from '../../engines/program.ts';

describe('The schema', () => {
  let url: Secret;
  let opened: PostgresDatabase[];
  const open = (address = url) => {
    const database = new PostgresDatabase({ url: address, log: silent, maxConnections: 1 });
    opened.push(database);
    return database;
  };

  beforeEach(async () => {
    url = new Secret(await engines().postgres.newDatabase());
    opened = [];
  });
  afterEach(() => Promise.all(opened.map((database) => database.close())));

  async function complaint(address: Secret): Promise<string> {
    const store = new PostgresStore({ url: address, log: silent });
    try {
      await store.verify();
    } catch (error) {
      assert.ok(error instanceof ConfigurationError);
      assert.doesNotMatch(error.message, /\n|local-only/);
      return error.message;
    } finally {
      await store.close();
    }
    return assert.fail('nothing to complain about');
  }

  it('goes from nothing to the newest version, and then nowhere', async () => {
    const database = open();
    assert.equal(await schemaVersion(database), 0);
    assert.deepEqual(await migrate(database), { from: 0, to: migrations.length });
    assert.deepEqual(await migrate(database), { from: migrations.length, to: migrations.length });
  });

  for (const through of ['PostgreSQL', 'PgBouncer'] as const) {
    it(`is changed once when many start at once through ${through}`, async () => {
      const address = through === 'PgBouncer' ? new Secret(engines().pgBouncer.url(url.reveal())) : url;
      const steps: number[] = [];
      await Promise.all(
        Array.from({ length: 12 }, () => migrate(open(address), (version) => steps.push(version))),
      );
      assert.deepEqual(
        steps,
        migrations.map((_, index) => index + 1),
      );
    });
  }

  it('is left as it was by a step that fails, and goes on from there', async () => {
    const database = open();
    await migrate(database);
    await database.query('DELETE FROM openhands_migrations');
    await database.query('DROP TABLE openhands_locks');
    await database.query('CREATE VIEW openhands_locks AS SELECT 1 AS key');
    await database.query('ALTER TABLE openhands_documents RENAME TO documents_before');
    await database.query('CREATE DOMAIN openhands_documents AS text');
    await assert.rejects(migrate(database), ConfigurationError);
    assert.equal(await schemaVersion(database), 0);
    await database.query('DROP DOMAIN openhands_documents');
    await database.query('DROP VIEW openhands_locks');
    assert.deepEqual(await migrate(database), { from: 0, to: migrations.length });
  });

  it('is checked at the start: an empty database is refused with the command that helps', async () => {
    assert.equal(
      await complaint(url),
      `DATABASE_URL: the database has schema version 0, and ${migrations.length} is needed. ` +
        'Run: npx openhands-express migrate',
    );
  });

  describe('that is newer than the server', () => {
    const newest = migrations.length + 3;
    /** As the code of tomorrow would leave it. */
    const advance = async (database: PostgresDatabase, oldestServer: number) => {
      await migrate(database);
      await database.query(
        'INSERT INTO openhands_migrations (version, name, oldest_server) VALUES ($1, $2, $3), ($4, $5, 1)',
        [newest - 1, 'of tomorrow', oldestServer, newest, 'of the day after'],
      );
    };

    it('is used when it was made for servers as old as this one, before and after a deploy', async () => {
      const database = open();
      await advance(database, migrations.length);
      const store = new PostgresStore({ url, log: silent });
      await store.verify();
      await store.withLock('a.json', () => store.write('a.json', { n: 1 }));
      await store.close();
      assert.deepEqual(await migrate(database), { from: newest, to: newest });
    });

    it('is refused when a step of it was not, by the server and by migrate, and is left as it is', async () => {
      const database = open();
      await advance(database, migrations.length + 1);
      const expected =
        `DATABASE_URL: the database has schema version ${newest}, which is for servers from ${migrations.length + 1} on; ` +
        `this one is for ${migrations.length}. Start a newer version of the server, or restore the database as it ` +
        'was before the migration.';
      assert.equal(await complaint(url), expected);
      await assert.rejects(migrate(database), { name: 'ConfigurationError', message: expected });
      assert.equal(await schemaVersion(database), newest);
    });

    it('is refused when nobody knows', async () => {
      const database = open();
      await advance(database, 1);
      await database.query('ALTER TABLE openhands_migrations DROP COLUMN oldest_server');
      assert.match(
        await complaint(url),
        /which does not say which servers it is for; .* Start a newer version/,
      );
    });
  });

  it('of a server of the first version is brought on, and told which servers it is for', async () => {
    const database = open();
    await migrate(database);
    await database.query('DELETE FROM openhands_migrations WHERE version = 2');
    await database.query('DROP TABLE openhands_copied');
    await database.query('ALTER TABLE openhands_migrations DROP COLUMN oldest_server');
    assert.deepEqual(await migrate(database), { from: 1, to: migrations.length });
    const rows = await database.query<{ oldest_server: string }>(
      'SELECT oldest_server FROM openhands_migrations ORDER BY version',
    );
    assert.deepEqual(
      rows.map((row) => Number(row.oldest_server)),
      migrations.map(({ oldestServer }) => oldestServer),
    );
  });

  it('is changed by several at once while servers of the version before work on it', async () => {
    const database = open();
    await migrate(database);
    await database.query('DELETE FROM openhands_migrations WHERE version = 2');
    await database.query('DROP TABLE openhands_copied');
    await database.query('ALTER TABLE openhands_migrations DROP COLUMN oldest_server');
    const servers = Array.from(
      { length: 2 },
      () => new PostgresStore({ url, log: silent, maxConnections: 2 }),
    );
    let isMigrated = false;
    let counted = 0;
    const work = async (server: PostgresStore) => {
      while (!isMigrated) {
        await server.withLock('a.json', async () => {
          const n = Number((await server.read('a.json'))?.n ?? 0);
          await server.write('a.json', { n: n + 1 });
          counted += 1;
        });
      }
    };
    const working = Promise.all(servers.map(work));
    const steps: number[] = [];
    await Promise.all(Array.from({ length: 8 }, () => migrate(open(), (version) => steps.push(version))));
    isMigrated = true;
    await working;
    assert.deepEqual(steps, [2]);
    assert.deepEqual(await servers[0]!.read('a.json'), { n: counted });
    await Promise.all(servers.map((server) => server.close()));
  });

  it('cannot be checked, in one line without a secret, where the database is not', async () => {
    const wrong = (change: (url: URL) => void) => {
      const address = new URL(url.reveal());
      change(address);
      return new Secret(address.href);
    };
    const port = String(await freePort());
    assert.match(await complaint(wrong((it) => (it.port = port))), /^DATABASE_URL: .*ECONNREFUSED.*\.$/);
    assert.match(
      await complaint(wrong((it) => (it.pathname = '/nowhere'))),
      /"nowhere" does not exist\. Create it, or set the name of another one\.$/,
    );
    assert.match(await complaint(wrong((it) => (it.password = 'guessed'))), /password authentication failed/);
  });
});
