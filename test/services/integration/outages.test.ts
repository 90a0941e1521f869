/** What is left, and what is answered, when a database, a Redis or a server is killed while they are busy. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { PostgresDatabase } from '../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../lib/enterprise/storage/postgres-store.ts';
import { migrate } from '../../../lib/enterprise/storage/schema.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { LockTimeoutError } from '../../../lib/oss/storage/document-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { eventually } from '../../eventually.ts';
import { newDatabase, silent } from '../databases.ts';
import { PgBouncer } from '../engines/pgbouncer.ts';
import { PostgresServer } from '../engines/postgres-server.ts';
import { RedisServer } from '../engines/redis-server.ts';
import { SharedSite } from './site.ts';

describe('When what a server needs is killed under load', () => {
  let postgres: PostgresServer;
  let closing: (() => Promise<unknown>)[];

  beforeEach(async () => {
    postgres = await PostgresServer.start();
    closing = [() => postgres.stop()];
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** Counts under locks in several stores at once. Nothing that was acknowledged may be missing in the end. */
  function count(stores: readonly PostgresStore[]) {
    const keys = ['a.json', 'b.json', 'c.json'];
    const counted = new Map(keys.map((key) => [key, { acknowledged: 0, unclear: 0 }]));
    let running = true;
    const work = async (store: PostgresStore, key: string) => {
      const own = counted.get(key)!;
      while (running) {
        try {
          await store.withLock(key, async () => {
            const n = Number((await store.read(key))?.n ?? 0);
            await store.write(key, { n: n + 1 });
          });
          own.acknowledged += 1;
        } catch (error) {
          assert.ok(error instanceof StorageError || error instanceof LockTimeoutError, String(error));
          own.unclear += 1;
        }
      }
    };
    const working = Promise.all(stores.flatMap((store) => keys.map((key) => work(store, key))));
    return {
      total: () => [...counted.values()].reduce((sum, { acknowledged }) => sum + acknowledged, 0),
      async end(): Promise<void> {
        running = false;
        await working;
        for (const [key, { acknowledged, unclear }] of counted) {
          const n = Number((await stores[0]!.read(key))?.n ?? 0);
          assert.ok(n >= acknowledged, `${key}: ${acknowledged} were acknowledged, and ${n} are there`);
          assert.ok(
            n <= acknowledged + unclear,
            `${key}: ${n} are there, ${acknowledged + unclear} were tried`,
          );
        }
      },
    };
  }

  async function progressAfter(total: () => number, what: () => Promise<unknown>): Promise<void> {
    await what();
    const before = total();
    await eventually(() => assert.ok(total() > before + 20, 'no progress'), 120_000);
  }

  function openStores(url: Secret): PostgresStore[] {
    const stores = Array.from(
      { length: 3 },
      () => new PostgresStore({ url, log: silent, maxConnections: 3 }),
    );
    closing.push(() => Promise.all(stores.map((store) => store.close())));
    return stores;
  }

  it('the database: nothing that was acknowledged is lost, and all goes on when it is back', async () => {
    const counting = count(openStores(await newDatabase(postgres)));
    await progressAfter(counting.total, () => Promise.resolve());
    for (const signal of ['SIGQUIT', 'SIGINT', 'SIGKILL'] as const) {
      await progressAfter(counting.total, async () => {
        await postgres.kill(signal);
        await delay(300);
        await postgres.restart();
      });
    }
    await counting.end();
  });

  it('the pooler, and the database behind it: likewise', async () => {
    const bouncer = await PgBouncer.start(postgres);
    closing.push(() => bouncer.stop());
    const direct = await newDatabase(postgres);
    const counting = count(openStores(new Secret(bouncer.url(direct.reveal()))));
    await progressAfter(counting.total, () => Promise.resolve());
    await progressAfter(counting.total, async () => {
      await bouncer.kill('SIGKILL');
      await bouncer.restart(postgres);
    });
    await progressAfter(counting.total, async () => {
      await postgres.kill('SIGQUIT');
      await postgres.restart();
    });
    await counting.end();
  });

  async function signInWithSettings(site: SharedSite, url: string): Promise<string> {
    const { browser, cookie } = await site.signIn(url);
    await browser.post('/api/settings').send({ language: 'de' }).expect(200);
    return cookie;
  }

  /** Asks several servers again and again; a status counts by its number. */
  function ask(urls: readonly string[], send: (url: string, n: number) => Promise<number>) {
    const statuses = new Map<number, number>();
    let running = true;
    const work = async (url: string) => {
      for (let n = 0; running; n += 1) {
        const status = await send(url, n);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const working = Promise.all(urls.flatMap((url) => [work(url), work(url)]));
    return {
      ok: () => statuses.get(200) ?? 0,
      async end(): Promise<number[]> {
        running = false;
        await working;
        return [...statuses.keys()].sort();
      },
    };
  }

  it('the database: users get 200 or 503 and never a 401, and go on by themselves', async () => {
    const site = await SharedSite.open(postgres);
    closing.push(() => site.close());
    const urls = await Promise.all([site.start().url(), site.start().url()]);
    const cookie = await signInWithSettings(site, urls[0]);
    let acknowledged = 0;
    const asking = ask(urls, async (url, n) => {
      if (n % 3 > 0) return (await request(url).get('/api/settings').set('Cookie', cookie)).status;
      const max_iterations = n + 1;
      const { status } = await request(url)
        .post('/api/settings')
        .set('Cookie', cookie)
        .send({ max_iterations });
      if (status === 200) acknowledged += 1;
      return status;
    });
    await progressAfter(asking.ok, () => Promise.resolve());
    await progressAfter(asking.ok, async () => {
      await postgres.kill('SIGQUIT');
      await delay(4_000);
      await postgres.restart();
    });
    assert.deepEqual(await asking.end(), [200, 503]);
    assert.ok(acknowledged > 0);
    await request(urls[1]).get('/api/github/user').set('Cookie', cookie).expect(200);
  });

  it('Redis: users notice nothing', async () => {
    const redis = await RedisServer.start();
    closing.push(() => redis.stop());
    const site = await SharedSite.open(postgres, { REDIS_URL: redis.url, RATE_LIMIT: '100000/minute' });
    closing.push(() => site.close());
    const urls = await Promise.all([site.start().url(), site.start().url()]);
    const cookie = await signInWithSettings(site, urls[0]);
    const asking = ask(
      urls,
      async (url) => (await request(url).get('/api/settings').set('Cookie', cookie)).status,
    );
    for (const harm of [
      () => redis.kill('SIGKILL').then(() => redis.restart()),
      () => {
        redis.signal('SIGSTOP');
        return delay(1_000).then(() => redis.signal('SIGCONT'));
      },
      () => redis.kill('SIGTERM'),
    ]) {
      await progressAfter(asking.ok, harm);
    }
    assert.deepEqual(await asking.end(), [200]);
  });

  it('one of several servers: the others take over its locks, and nobody is signed out', async () => {
    const site = await SharedSite.open(postgres);
    closing.push(() => site.close());
    const [victim, ...others] = [site.start(), site.start(), site.start()];
    const urls = await Promise.all(others.map((server) => server.url()));
    const doomed = await victim.url();
    const { cookie } = await site.signIn(doomed);
    const post = async (url: string, n: number) =>
      (
        await request(url)
          .post('/api/settings')
          .set('Cookie', cookie)
          .send({ max_iterations: n + 1 })
      ).status;
    const atTheDoomed = ask([doomed, doomed], (url, n) => post(url, n).catch(() => 0));
    const asking = ask(urls, post);
    await progressAfter(asking.ok, () => Promise.resolve());
    await progressAfter(asking.ok, () => victim.end('SIGKILL'));
    await atTheDoomed.end();
    assert.deepEqual(await asking.end(), [200]);
    await request(urls[0]!).get('/api/github/user').set('Cookie', cookie).expect(200);
  });

  describe('a connection in the middle of a transaction', () => {
    let url: Secret;
    let name: string;
    let database: PostgresDatabase;

    beforeEach(async () => {
      url = new Secret(await postgres.newDatabase());
      name = new URL(url.reveal()).pathname.slice(1);
      database = new PostgresDatabase({ url, log: silent, maxConnections: 2 });
      closing.push(() => database.close());
    });

    /** Cuts every connection that waits for somebody else's transaction. */
    const cutWaiting = () =>
      eventually(async () => {
        const cut = await postgres.run(
          name,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = '${name}' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
        );
        assert.ok(cut.length > 0, 'nobody waits');
      });

    it('leaves nothing of it behind, and the next one goes through', async () => {
      await migrate(database);
      const write = "INSERT INTO openhands_documents (key, document) VALUES ('half.json', '{}')";
      await assert.rejects(
        database.transaction(async (query) => {
          await query(write);
          const [{ pid } = { pid: 0 }] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          await postgres.run(name, `SELECT pg_terminate_backend(${pid})`);
          await query(write.replace('half', 'other-half'));
        }),
      );
      assert.deepEqual(await database.query('SELECT key FROM openhands_documents'), []);
      await database.transaction((query) => query(write));
      assert.equal((await database.query('SELECT key FROM openhands_documents')).length, 1);
    });

    it('makes migrate begin its step again', async () => {
      await migrate(database);
      await database.query('DELETE FROM openhands_migrations');
      const migrating = new PostgresDatabase({ url, log: silent, maxConnections: 1 });
      closing.push(() => migrating.close());
      let migrated: Promise<unknown> | undefined;
      await database
        .transaction(async (query) => {
          // Somebody else is at the first step, and fails: their claim is taken back.
          await query("INSERT INTO openhands_migrations (version, name) VALUES (1, 'of somebody else')");
          migrated = migrate(migrating);
          await cutWaiting();
          await query('SELECT 1');
          throw new Error('gives up');
        })
        .catch(() => undefined);
      await migrated;
      const rows = await database.query<{ name: string }>(
        'SELECT name FROM openhands_migrations ORDER BY version',
      );
      assert.equal(rows[0]?.name, 'documents and locks');
    });

    it('makes a store send its statement again, once', async () => {
      await migrate(database);
      const store = new PostgresStore({ url, log: silent });
      closing.push(() => store.close());
      await store.write('a.json', { n: 1 });
      let written: Promise<void> | undefined;
      await database.transaction(async (query) => {
        await query("SELECT key FROM openhands_documents WHERE key = 'a.json' FOR UPDATE");
        written = store.withLock('a.json', () => store.write('a.json', { n: 2 }));
        await cutWaiting();
      });
      await written;
      assert.deepEqual(await store.read('a.json'), { n: 2 });
      assert.deepEqual(await database.query('SELECT key FROM openhands_locks'), []);
    });
  });
});
