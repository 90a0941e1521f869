/** What a start finds out about a database, and who is told what of one that fails later. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { migrate } from '../../../../lib/enterprise/storage/schema.ts';
import { ConfigurationError } from '../../../../lib/oss/errors.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { keysOf } from '../../../oss/storage/document-store.contract.ts';
import { newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';

const OTHER_ENCODING = (name: string) => `ENCODING '${name}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`;
const PASSWORD = 'guess-me';
/** What the page about PostgreSQL asks for. */
const GRANTS = [
  'GRANT SELECT ON openhands_migrations TO',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON openhands_documents, openhands_locks TO',
];

describe('A start on a database', () => {
  let url: Secret;
  let name: string;
  let role: string;
  let roles = 0;
  let closing: { close(): Promise<void> }[];
  let lines: { msg: string; advice?: string; failure?: string }[];

  const run = (sql: string) => engines().postgres.run(name, sql);
  const as = (address: string | Secret, user = role) => {
    const it = new URL(typeof address === 'string' ? address : address.reveal());
    [it.username, it.password] = [user, PASSWORD];
    return new Secret(it.href);
  };

  beforeEach(async () => {
    url = await newDatabase(engines().postgres);
    name = new URL(url.reveal()).pathname.slice(1);
    role = `servers_${(roles += 1)}`;
    await run(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
    for (const grant of GRANTS) await run(`${grant} ${role}`);
    closing = [];
    lines = [];
  });
  afterEach(() => Promise.all(closing.map((it) => it.close())));

  const log = () => pino({}, { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
  function open(address = as(url)): PostgresStore {
    const store = new PostgresStore({ url: address, log: log(), maxConnections: 2 });
    closing.push(store);
    return store;
  }
  function connect(address: Secret): PostgresDatabase {
    const database = new PostgresDatabase({ url: address, log: silent, maxConnections: 1 });
    closing.push(database);
    return database;
  }

  async function complaint(starting: Promise<unknown>): Promise<string> {
    const error = await starting.then(
      () => assert.fail('nothing to complain about'),
      (err: unknown) => err,
    );
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.match(error.message, /^DATABASE_URL: the database [^\n]*$/);
    assert.doesNotMatch(error.message, new RegExp(PASSWORD));
    return error.message;
  }

  it('asks for no more than what the servers are told to be given, and all of it', async () => {
    const store = open();
    await store.verify();
    await store.check();
    await store.withLock('a.json', () => store.write('a.json', { n: 1 }));
    await store.write('a.json', { n: 2 });
    assert.deepEqual([await store.read('a.json'), await keysOf(store, '')], [{ n: 2 }, ['a.json']]);
    await store.withLock('a.json', () => store.delete('a.json'));

    for (const table of ['openhands_documents', 'openhands_locks']) {
      for (const privilege of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
        await run(`REVOKE ${privilege} ON ${table} FROM ${role}`);
        assert.match(
          await complaint(open().verify()),
          new RegExp(`permission denied for table ${table}\\. .*GRANT SELECT, INSERT, UPDATE, DELETE`),
          privilege,
        );
        await run(`GRANT ${privilege} ON ${table} TO ${role}`);
      }
    }
    await run(`REVOKE SELECT ON openhands_migrations FROM ${role}`);
    assert.match(await complaint(open().verify()), /permission denied for table openhands_migrations/);
    await run(`GRANT SELECT ON openhands_migrations TO ${role}`);
  });

  it('ends on one that takes no writes, with what to name instead', async () => {
    await run(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    assert.match(await complaint(open().verify()), /read-only transaction\. Name the primary/);
    const address = await engines().postgres.newDatabase();
    const empty = new URL(address).pathname.slice(1);
    await engines().postgres.run(
      'postgres',
      `ALTER DATABASE ${empty} SET default_transaction_read_only = on`,
    );
    assert.match(await complaint(migrate(connect(new Secret(address)))), /Name the primary/);
  });

  it('ends on one that has no room for what people write', async () => {
    for (const encoding of ['LATIN1', 'LATIN2', 'EUC_CN', 'EUC_JIS_2004']) {
      const address = new Secret(await engines().postgres.newDatabase(OTHER_ENCODING(encoding)));
      const expected = new RegExp(`has the encoding ${encoding}, and UTF8 is needed\\. .*ENCODING UTF8`);
      assert.match(await complaint(migrate(connect(address))), expected);
      assert.match(await complaint(open(address).verify()), expected);
      assert.deepEqual(
        await engines().postgres.run(
          new URL(address.reveal()).pathname.slice(1),
          "SELECT 1 FROM pg_tables WHERE schemaname = 'public'",
        ),
        [],
        'nothing was made in it',
      );
    }
  });

  it('goes on, with a warning, on one without an encoding, which keeps whatever people write', async () => {
    const address = new Secret(await engines().postgres.newDatabase(OTHER_ENCODING('SQL_ASCII')));
    await migrate(connect(address));
    const store = open(address);
    await store.verify();
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      [
        'DATABASE_URL: the database has the encoding SQL_ASCII. It keeps what it is given, but does not know it for text: ' +
          'other programs can put there what is none. Move to one in UTF8 when you can.',
      ],
    );
    const document = { text: '你好 ż 🐢 \u0000', nested: { 名: ['e\u0301', '👩‍💻'] } };
    await store.withLock('users/github/1/settings.json', () =>
      store.write('users/github/1/settings.json', document),
    );
    assert.deepEqual(await store.read('users/github/1/settings.json'), document);
    assert.deepEqual(await keysOf(store, 'users/'), ['users/github/1/settings.json']);
    await open().verify();
    assert.equal(lines.length, 1, 'one in UTF8 is nothing to warn of');
  });

  it('ends with what to do where the role may not come in', async () => {
    for (const [change, expected] of [
      [
        `ALTER ROLE ${role} PASSWORD 'another'`,
        /password authentication failed .*Set the user and the password/,
      ],
      [`ALTER ROLE ${role} PASSWORD '${PASSWORD}' NOLOGIN`, /not permitted to log in\. Set the user/],
      [`ALTER ROLE ${role} LOGIN CONNECTION LIMIT 0`, /too many connections for role .*DATABASE_POOL_SIZE/],
      [
        `ALTER ROLE ${role} CONNECTION LIMIT -1; REVOKE CONNECT ON DATABASE $name FROM PUBLIC`,
        /permission denied for database .*\. Let the role do that \(GRANT\)/,
      ],
    ] as const) {
      await run(change.replace('$name', name));
      assert.match(await complaint(open().verify()), expected);
    }
  });

  it('ends with what to do where a pooler in between refuses', async () => {
    const through = engines().pgBouncer.url(url.reveal());
    assert.match(
      await complaint(open(new Secret(`${through}?options=-c%20geqo%3Doff`)).verify()),
      /unsupported startup parameter: options\. Take options out of DATABASE_URL/,
    );
    assert.match(
      await complaint(open(new Secret(through.replace(`/${name}`, '/nowhere'))).verify()),
      /"?nowhere"?.*\. Create it, or set the name of another one\.$/,
    );
    assert.match(
      await complaint(open(new Secret(through.replace('local-only', PASSWORD))).verify()),
      /\. Set the user and the password/,
    );
    await open(new Secret(through)).verify();
  });

  it('by migrate with the role of the servers succeeds when there is nothing to do', async () => {
    const migrating = connect(as(url));
    assert.deepEqual(await migrate(migrating), { from: 2, to: 2 });
    const empty = await engines().postgres.newDatabase();
    assert.match(
      await complaint(migrate(connect(as(empty)))),
      /permission denied for schema public\. Let the role use it \(GRANT USAGE .* make tables there \(CREATE\)/,
    );
    await run('DELETE FROM openhands_migrations WHERE version = 2');
    assert.match(await complaint(migrate(connect(as(url)))), /permission denied for schema public\. .*GRANT/);
    await run(`GRANT CREATE ON SCHEMA public TO ${role}`);
    assert.match(
      await complaint(migrate(connect(as(url)))),
      /must be owner .*Run migrate as the role that owns/,
    );
    await run('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    await run(`REVOKE ALL ON SCHEMA public FROM ${role}`);
    assert.match(await complaint(migrate(connect(as(url)))), /no schema .*Let the role use a schema/);
  });

  describe('that went well', () => {
    /** Makes the database answer every write of a document with an SQLSTATE. */
    const failWith = async (state: string) => {
      await run(`CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '${state}'; END $$`);
      await run(`CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON openhands_documents
        FOR EACH ROW EXECUTE FUNCTION fail()`);
    };

    for (const [state, code, status, line] of [
      ['53100', 'storage_full', 503, 'The disk of the database is full'],
      ['53200', 'storage_unavailable', 503, 'The database is away'],
      ['42501', 'storage_refused', 503, 'The database refuses this server'],
      ['25006', 'storage_read_only', 503, 'The database takes no writes'],
      ['22021', 'storage_rejected', 422, 'The database cannot keep a document'],
      ['54000', 'storage_rejected', 422, 'The database cannot keep a document'],
      ['42703', 'internal_error', 500, 'The database and this server do not understand each other'],
    ] as const) {
      it(`is followed by ${status} ${code} and a line of its own when it says ${state}`, async () => {
        const store = open();
        await failWith(state);
        await assert.rejects(store.write('a.json', {}), { status, code });
        await store.check();
        assert.equal(await store.read('a.json'), undefined);
        assert.deepEqual(
          lines.map(({ msg }) => msg),
          [line],
        );
        await run('DROP TRIGGER fail ON openhands_documents');
        await store.write('a.json', { n: 1 });
        assert.equal(
          lines.some(({ msg }) => msg === 'The database is back'),
          status !== 422,
        );
      });
    }

    it('is followed by another try when it says that the statement may succeed now', async () => {
      await run('CREATE SEQUENCE tries');
      await run(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        IF nextval('tries') % 3 > 0 THEN
          RAISE EXCEPTION 'once more' USING ERRCODE = (ARRAY['40001', '40P01'])[1 + currval('tries') % 2];
        END IF;
        RETURN new; END $$`);
      await run(
        `CREATE TRIGGER fail BEFORE INSERT ON openhands_documents FOR EACH ROW EXECUTE FUNCTION fail()`,
      );
      const store = open();
      await store.write('a.json', { n: 1 });
      assert.deepEqual([await store.read('a.json'), lines], [{ n: 1 }, []]);
    });

    it('is followed by advice about statement_timeout when that is what ends a statement', async () => {
      await run(`ALTER ROLE ${role} SET statement_timeout = '100ms'`);
      const store = open();
      await store.check();
      await connect(url).transaction(async (query) => {
        await query('LOCK TABLE openhands_documents IN ACCESS EXCLUSIVE MODE');
        await assert.rejects(store.write('a.json', {}), { code: 'storage_unavailable', status: 503 });
      });
      assert.match(lines[0]?.advice ?? '', /longer statement_timeout/);
    });

    it('keeps every character that JSON has', async () => {
      const store = open();
      const document = { text: '你好 żółw 👋 \u0000 \ud800 \u2028 \\u0000', '\u0000': '"' };
      await store.write('a.json', document);
      assert.deepEqual(await store.read('a.json'), document);
    });
  });
});
