import assert from 'node:assert/strict';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import type { Secret } from '../../../../lib/oss/secret.ts';
import { LockTimeoutError } from '../../../../lib/oss/storage/document-store.ts';
import { StorageError } from '../../../../lib/oss/storage/storage-error.ts';
import { eventually } from '../../../eventually.ts';
import { documentStoreContract, keysOf, setAsideIn } from '../../../oss/storage/document-store.contract.ts';
import { listeningLog, migrated, newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { startHolder } from './holder.ts';

/** A database is made once for all tests of the contract, and emptied after each. */
function contractOn(what: string, addressOf: () => Promise<string>): void {
  describe(what, () => {
    let url: Secret;
    before(async () => (url = await migrated(await addressOf())));
    documentStoreContract(() =>
      Promise.resolve({
        open: () => new PostgresStore({ url, log: silent, maxConnections: 4 }),
        remove: async () => {
          const database = new PostgresDatabase({ url, log: silent, maxConnections: 1 });
          await database.query('DELETE FROM openhands_documents');
          const locks = await database.query('SELECT key FROM openhands_locks');
          await database.close();
          assert.deepEqual(locks, [], 'a lock was not given back');
        },
      }),
    );
  });
}

describe('PostgresStore', () => {
  contractOn('straight to PostgreSQL', () => engines().postgres.newDatabase());
  contractOn('on a database that sorts as people do', () =>
    engines().postgres.newDatabase("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"),
  );
  contractOn('through PgBouncer in transaction mode', async () =>
    engines().pgBouncer.url(await engines().postgres.newDatabase()),
  );

  describe('besides', () => {
    let url: Secret;
    let database: PostgresDatabase;
    let opened: PostgresStore[];
    let said: string[];

    function open(options: { leaseMs?: number; timeoutMs?: number } = {}): PostgresStore {
      const listening = listeningLog();
      said = listening.said;
      const store = new PostgresStore({ url, log: listening.log, maxConnections: 4, ...options });
      opened.push(store);
      return store;
    }

    beforeEach(async () => {
      url = await newDatabase(engines().postgres);
      database = new PostgresDatabase({ url, log: silent, maxConnections: 2 });
      opened = [];
    });
    afterEach(async () => {
      await Promise.all(opened.map((store) => store.close()));
      await database.close();
    });

    const locks = () => database.query<{ key: string }>('SELECT key FROM openhands_locks');

    it('sets a damaged document aside, and reports where it is but not what is in it', async () => {
      const store = open();
      for (const text of ['{"github_token": "ghp_very', '', '[1]']) {
        await database.query('INSERT INTO openhands_documents (key, document) VALUES ($1, $2)', [
          'a.json',
          text,
        ]);
        assert.equal(await store.read('a.json'), undefined);
        assert.deepEqual(await keysOf(store, ''), []);
        const rows = await database.query<{ key: string }>(
          'SELECT key FROM openhands_documents WHERE document = $1',
          [text],
        );
        assert.match(rows[0]!.key, /^a\.json\.corrupt-/);
      }
      assert.deepEqual(said, Array(3).fill('A document is damaged; it was set aside'));
      for (const name of await setAsideIn(store, 'a.')) assert.match(name, /^a\.json\.corrupt-/);
      assert.deepEqual([(await setAsideIn(store, '')).length, (await setAsideIn(store, 'b')).length], [3, 0]);
      await store.write('a.json', { again: true });
      assert.deepEqual(await store.read('a.json'), { again: true });
    });

    it('lists more keys than fit into one answer', async () => {
      await database.query(
        `INSERT INTO openhands_documents (key, document)
         SELECT 'users/github/' || n || '/a.json', '{}' FROM generate_series(1, 2500) AS n`,
      );
      assert.equal((await keysOf(open(), 'users/github/')).length, 2500);
      assert.equal((await keysOf(open(), 'users/github/1')).length, 1111);
    });

    it('reads no document of 300 MB into memory, says how large it is, and can list and delete it', async () => {
      const store = open();
      // By itself it takes longer than a statement of ours may.
      await engines().postgres.run(
        new URL(url.reveal()).pathname.slice(1),
        `INSERT INTO openhands_documents (key, document)
         VALUES ('a.json', '{"text":"' || repeat('x', 314572800) || '"}')`,
      );
      const before = process.memoryUsage().rss;
      await assert.rejects(store.read('a.json'), (error) => {
        assert.ok(error instanceof StorageError && error.cause instanceof Error);
        assert.equal(error.cause.message, 'a.json has 314572811 bytes; a document has 16777216 at most.');
        return error.failure === 'ours';
      });
      assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
      assert.deepEqual(await keysOf(store, ''), ['a.json']);
      await store.delete('a.json');
      assert.equal(await store.read('a.json'), undefined);
    });

    it('does not let keys and documents be statements', async () => {
      const store = open();
      const text = "'); DROP TABLE openhands_documents; --";
      await store.write('a.json', { [text]: text });
      assert.deepEqual(await store.read('a.json'), { [text]: text });
      await assert.rejects(store.read(text), TypeError);
    });

    it('takes a lock over, within a lease, from a process that was killed', async () => {
      const holder = await startHolder(url, 3_000);
      const store = open({ leaseMs: 3_000 });
      await assert.rejects(
        store.withLock('a.json', () => Promise.resolve(), { waitMs: 4_500 }),
        LockTimeoutError,
        'the heartbeat does not keep the lock',
      );
      await holder.end('SIGKILL');
      assert.equal(await store.withLock('a.json', () => Promise.resolve('mine'), { waitMs: 30_000 }), 'mine');
      assert.ok(said.includes('Took a lock over from a holder that died'));
    });

    it('takes it over even if nobody waits for as long as a lease', async () => {
      const holder = await startHolder(url, 1_500);
      const store = open({ leaseMs: 1_500 });
      await holder.end('SIGKILL');
      await eventually(() => store.withLock('a.json', () => Promise.resolve(), { waitMs: 50 }));
    });

    it('refuses the write of a holder that stood still until somebody else had taken over', async () => {
      const holder = await startHolder(url, 1_500);
      holder.suspend();
      const store = open({ leaseMs: 1_500 });
      await store.withLock('a.json', () => store.write('a.json', { by: 'the new holder' }), {
        waitMs: 30_000,
      });
      assert.match(await holder.goOn(), /^storage_unavailable$/m);
      assert.deepEqual(await store.read('a.json'), { by: 'the new holder' });
    });

    it('lets what was started under a lock write after it was given back', async () => {
      const store = open();
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      let later: Promise<void> | undefined;
      await store.withLock('a.json', () => {
        later = released.then(() => store.write('b.json', { late: true }));
        return Promise.resolve();
      });
      release();
      await later;
      assert.deepEqual(await store.read('b.json'), { late: true });
    });

    it('writes and deletes under the inner of two locks', async () => {
      const store = open();
      await store.withLock('outer.json', async () => {
        await store.withLock('inner.json', () => store.write('inner.json', { n: 1 }));
        await store.write('outer.json', { n: 2 });
        await store.withLock('inner.json', () => store.delete('inner.json'));
      });
      assert.deepEqual(await keysOf(store, ''), ['outer.json']);
      assert.deepEqual(await locks(), []);
    });

    it('goes on over new connections when all that it has are cut', async () => {
      const store = open();
      await store.write('a.json', { n: 0 });
      for (let n = 1; n <= 5; n += 1) {
        const under = Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            store.withLock(`${i}.json`, () => store.write(`${i}.json`, { n }), { waitMs: 30_000 }),
          ),
        );
        await engines().postgres.run(
          'postgres',
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name = 'openhands-express' AND pid <> pg_backend_pid()`,
        );
        await under;
        await store.write('a.json', { n });
      }
      assert.equal((await keysOf(store, '')).length, 21);
      for (const key of await keysOf(store, '')) assert.deepEqual(await store.read(key), { n: 5 }, key);
      assert.deepEqual(await locks(), []);
    });

    it('gives up on a statement that takes too long, and is there for the next', async () => {
      const store = open({ timeoutMs: 1_000 });
      await store.write('a.json', { n: 1 });
      await database.transaction(async (query) => {
        await query('LOCK TABLE openhands_documents IN ACCESS EXCLUSIVE MODE');
        await assert.rejects(store.write('a.json', { n: 2 }), { code: 'storage_unavailable', status: 503 });
      });
      await store.write('a.json', { n: 3 });
      assert.deepEqual(await store.read('a.json'), { n: 3 });
      assert.deepEqual(said, ['The database is away', 'The database is back']);
    });

    it('is not ready on a replica that takes no writes, and says so', async () => {
      const store = open();
      await store.check();
      const name = new URL(url.reveal()).pathname.slice(1);
      await engines().postgres.run(
        'postgres',
        `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
      );
      const readOnly = open();
      await assert.rejects(readOnly.check(), { code: 'storage_read_only' });
      assert.equal(await readOnly.read('a.json'), undefined);
    });
  });
});
