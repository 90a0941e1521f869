import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { StorageError } from '../../../../lib/oss/storage/storage-error.ts';
import { eventually } from '../../../eventually.ts';
import { newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { Relay } from '../../engines/relay.ts';

const POOL = 10;
/** A quarter of it is what a busy server has to see to a cancellation. */
const TIME_OUT_MS = 2_000;

describe('What is given up on', () => {
  let url: Secret;
  let name: string;
  let closing: (() => Promise<unknown>)[];

  beforeEach(async () => {
    url = await newDatabase(engines().postgres);
    name = new URL(url.reveal()).pathname.slice(1);
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
  });

  function open(address: Secret, maxConnections = POOL, timeoutMs = TIME_OUT_MS): PostgresStore {
    const store = new PostgresStore({ url: address, log: silent, maxConnections, timeoutMs });
    closing.push(() => store.close());
    return store;
  }

  /** Locks a table as `VACUUM FULL` and `ALTER TABLE` do. @returns how to let it go. */
  async function lock(table: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: url.reveal(), application_name: 'an administrator' });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    closing.push(() => client.end());
    return () => client.end();
  }

  /** How many sessions the server has for us, and what they do. */
  async function sessions(): Promise<Record<string, number>> {
    const rows = await engines().postgres.run(
      'postgres',
      `SELECT coalesce(wait_event_type, state) AS doing, count(*)::int AS n FROM pg_stat_activity
       WHERE datname = '${name}' AND application_name = 'openhands-express' GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ doing, n }) => [String(doing), Number(n)]));
  }
  const count = async (): Promise<number> => Object.values(await sessions()).reduce((sum, n) => sum + n, 0);

  /** Lets many callers ask again and again. @returns how often each was answered at least, and how to end it. */
  function askAgainAndAgain(ask: (n: number) => Promise<unknown>) {
    let running = true;
    const answers = Array.from({ length: 4 * POOL }, () => 0);
    const errors = new Set<string>();
    const work = async (n: number): Promise<void> => {
      while (running) {
        await ask(n).catch((error: unknown) => {
          assert.ok(error instanceof StorageError && error.cause instanceof Error);
          errors.add(error.cause.message.startsWith('timeout: ') ? error.code : error.cause.message);
        });
        answers[n]! += 1;
      }
    };
    const working = Promise.all(answers.map((_, n) => work(n)));
    return {
      answers: () => Math.min(...answers),
      async end(): Promise<string[]> {
        running = false;
        await working;
        return [...errors];
      },
    };
  }

  for (const table of ['openhands_documents', 'openhands_locks']) {
    it(`takes no connection more than the pool has and one while ${table} is locked, and answers all the same`, async () => {
      const store = open(url);
      await store.write('a.json', { n: 1 });
      let release = (): void => undefined;
      const holding = store.withLock('held.json', () => new Promise<void>((resolve) => (release = resolve)));
      await eventually(async () => assert.ok((await count()) > 0));
      const unlock = await lock(table);
      const asking = askAgainAndAgain((n) =>
        table === 'openhands_documents' ? store.read(`${n}.json`) : store.check(),
      );
      let most = 0;
      while (asking.answers() < 3) {
        most = Math.max(most, await count());
        await delay(50);
      }
      // All are answered while it is still locked.
      const errors = await asking.end();
      await unlock();
      assert.ok(most <= POOL + 1, `${most} connections`);
      assert.ok(most >= POOL - 1, 'the pool was used');
      assert.deepEqual(errors, ['storage_unavailable']);
      assert.deepEqual(await store.read('a.json'), { n: 1 });
      release();
      await holding;
    });
  }

  for (const table of ['openhands_documents', 'openhands_locks']) {
    it(`tells a check that ${table} is locked, since no user would be served`, async () => {
      const store = open(url, 2);
      const unlock = await lock(table);
      await assert.rejects(store.check(), { code: 'storage_unavailable' });
      await unlock();
      await store.check();
    });
  }

  for (const through of ['PostgreSQL', 'PgBouncer'] as const) {
    it(`is not carried out later, through ${through}`, async () => {
      const store = open(through === 'PgBouncer' ? new Secret(engines().pgBouncer.url(url.reveal())) : url);
      await store.write('a.json', { n: 1 });
      const unlock = await lock('openhands_documents');
      await assert.rejects(store.write('a.json', { n: 2 }), { code: 'storage_unavailable', status: 503 });
      await eventually(async () => assert.equal((await sessions()).Lock, undefined, 'it waits still'));
      await unlock();
      assert.deepEqual(await store.read('a.json'), { n: 1 });
    });
  }

  it('is ended on the server when its connection was lost on the way', async () => {
    const relay = await Relay.to({ port: engines().postgres.port });
    closing.push(() => relay.close());
    const store = open(new Secret(relay.through(url.reveal())), 4, 3_000);
    await store.check();
    const unlock = await lock('openhands_documents');
    const refused: Promise<void>[] = [];
    // A session that waits for a lock does not notice that nobody is there any more.
    for (let cuts = 0; cuts < 4; cuts += 1) {
      // One that is cut is sent again for a time, and then given up.
      refused.push(assert.rejects(store.write(`${cuts}.json`, { n: 2 }), { code: 'storage_unavailable' }));
      await eventually(async () => assert.ok(((await sessions()).Lock ?? 0) >= 1, 'nobody waits'));
      relay.cut('open');
      assert.ok((await count()) <= 5, `${await count()} connections`);
    }
    await Promise.all(refused);
    await eventually(async () => assert.equal((await sessions()).Lock, undefined));
    await unlock();
    for (const key of refused.keys()) assert.equal(await store.read(`${key}.json`), undefined);
  });

  it('leaves a place that is used again when the connection has fallen silent', async () => {
    const relay = await Relay.to({ port: engines().postgres.port });
    closing.push(() => relay.close());
    const store = open(new Secret(relay.through(url.reveal())), 2);
    await Promise.all(Array.from({ length: 4 }, () => store.check()));
    relay.blackhole('open');
    await assert.rejects(store.check(), { code: 'storage_unavailable' });
    await eventually(() => store.check());
  });

  it('in a transaction rolls it back, and leaves the connection to the next', async () => {
    const database = new PostgresDatabase({ url, log: silent, maxConnections: 1, timeoutMs: TIME_OUT_MS });
    closing.push(() => database.close());
    const pidOf = async () =>
      (await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid;
    const pid = await pidOf();
    const unlock = await lock('openhands_documents');
    await assert.rejects(
      database.transaction(async (query) => {
        await query("INSERT INTO openhands_locks (key, instance, turn, beat) VALUES ('a', 'b', 1, 0)");
        await query('DELETE FROM openhands_documents');
      }),
      /no answer within/,
    );
    await unlock();
    assert.deepEqual(await database.query('SELECT key FROM openhands_locks'), []);
    assert.equal(await pidOf(), pid);
  });
});
