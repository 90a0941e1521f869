import assert from 'node:assert/strict';
import { Sessions } from '../../../../lib/enterprise/auth/sessions.ts';
import { RedisCache } from '../../../../lib/enterprise/redis/redis-cache.ts';
import { RedisConnection } from '../../../../lib/enterprise/redis/redis-connection.ts';
import type { SharedCache } from '../../../../lib/enterprise/redis/shared-cache.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import type { Document, DocumentStore } from '../../../../lib/oss/storage/document-store.ts';
import { newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { RedisServer } from '../../engines/redis-server.ts';

/** So many times as long as in a server a {@link SlowlyForgetting} cache keeps all that it is given. */
const LONGER = 100;

/** Forgets nothing while a test runs, however slow the machine is. */
class SlowlyForgetting implements SharedCache {
  readonly #cache: SharedCache;

  constructor(cache: SharedCache) {
    this.#cache = cache;
  }

  get(key: string): Promise<string | undefined> {
    return this.#cache.get(key);
  }

  timeLeft(key: string): Promise<number> {
    return this.#cache.timeLeft(key);
  }

  put(key: string, value: string, forMs: number): Promise<void> {
    return this.#cache.put(key, value, LONGER * forMs);
  }

  putIfAbsent(key: string, value: string, forMs: number): Promise<boolean> {
    return this.#cache.putIfAbsent(key, value, LONGER * forMs);
  }
}

/** Counts what is read, and can hold an answer back. */
class WatchedStore {
  reads = 0;
  /** How much of it the store has answered, whether or not that is held back. */
  answers = 0;
  holdBack: Promise<void> | undefined;
  readonly #store: DocumentStore;

  constructor(store: DocumentStore) {
    this.#store = store;
  }

  async read(key: string): Promise<Document | undefined> {
    this.reads += 1;
    const document = await this.#store.read(key);
    this.answers += 1;
    await this.holdBack;
    return document;
  }

  get proxy(): DocumentStore {
    return new Proxy(this.#store, {
      get: (store, name) => {
        if (name === 'read') return (key: string) => this.read(key);
        const value = Reflect.get(store, name) as unknown;
        return typeof value === 'function' ? (value.bind(store) as unknown) : value;
      },
    });
  }
}

/** Two processes on one database and one Redis, as far as sessions go. */
describe('Sessions that processes share', () => {
  let server: RedisServer;
  let stores: PostgresStore[];
  let watched: WatchedStore;
  let connections: RedisConnection[];
  let one: Sessions;
  let other: Sessions;

  beforeEach(async () => {
    server = await RedisServer.start();
    const url = await newDatabase(engines().postgres);
    stores = [new PostgresStore({ url, log: silent }), new PostgresStore({ url, log: silent })];
    connections = stores.map(
      () => new RedisConnection({ url: new Secret(server.url), prefix: 'test:', log: silent }),
    );
    await Promise.all(connections.map((connection) => connection.open()));
    watched = new WatchedStore(stores[1]!);
    const memory = (index: number) => new SlowlyForgetting(new RedisCache(connections[index]!));
    one = new Sessions({ documents: stores[0]!, now: Date.now, shared: memory(0) });
    // It remembers nothing itself, so that each question shows what is shared.
    other = new Sessions({ documents: watched.proxy, now: Date.now, shared: memory(1), freshMs: 0 });
  });
  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await Promise.all(stores.map((store) => store.close()));
    await server.stop();
  });

  const KEY = 'users/github/1/sessions.json';
  /** For how much longer Redis keeps what is shared of the user. */
  const keptMs = () => server.command('PTTL', `test:cache:${KEY}`) as Promise<number>;

  it('spare the database what another process has just found out', async () => {
    const generation = await one.begin('1');
    assert.equal(await other.isActive('1', generation), true);
    assert.equal(await other.isActive('1', generation), true);
    assert.equal(watched.reads, 0);
  });

  it('ask the database for what nobody has found out, once for all', async () => {
    const generation = await one.begin('1');
    await connections[0]!.send('FLUSHALL');
    assert.equal(await other.isActive('1', generation), true);
    assert.equal(await other.isActive('1', generation), true);
    assert.equal(watched.reads, 1);
  });

  it('end at once in a process that looks, and stay ended', async () => {
    const generation = await one.begin('1');
    assert.equal(await other.isActive('1', generation), true);
    await one.end('1');
    assert.equal(await other.isActive('1', generation), false);
    assert.equal(await other.isActive('1', generation), false);
  });

  it('are not revived by a process that read before the end and writes after it', async () => {
    const generation = await one.begin('1');
    await connections[0]!.send('FLUSHALL');
    let letGo!: () => void;
    watched.holdBack = new Promise((resolve) => (letGo = resolve));
    const asked = other.isActive('1', generation);
    while (watched.answers === 0) await new Promise(setImmediate);
    await one.end('1');
    letGo();
    await asked;
    watched.holdBack = undefined;
    assert.equal(await other.isActive('1', generation), false);
  });

  it('begin anew at once after an end', async () => {
    const first = await one.begin('1');
    await other.end('1');
    const second = await one.begin('1');
    assert.notEqual(second, first);
    assert.deepEqual([await other.isActive('1', second), await other.isActive('1', first)], [true, false]);
  });

  for (const [what, harm] of [
    ['is gone', () => server.kill('SIGKILL')],
    [
      'hangs',
      () => {
        server.signal('SIGSTOP');
        return Promise.resolve();
      },
    ],
    ['has forgotten everything', () => connections[0]!.send('FLUSHALL')],
  ] as const) {
    it(`are ended by what the database says when Redis ${what}`, async () => {
      const generation = await one.begin('1');
      await harm();
      assert.equal(await other.isActive('1', generation), true);
      await one.end('1');
      assert.equal(await other.isActive('1', generation), false);
    });
  }

  for (const [what, skew] of [
    ['five minutes ahead', 300_000],
    ['five minutes behind', -300_000],
  ] as const) {
    it(`are believed as long as ever by others when the clock of a process is ${what}`, async () => {
      const now = () => Date.now() + skew;
      const wrong = new Sessions({
        documents: stores[0]!,
        now,
        shared: new SlowlyForgetting(new RedisCache(connections[0]!)),
      });
      const generation = await wrong.begin('1');
      assert.equal(await other.isActive('1', generation), true);
      assert.equal(watched.reads, 0, 'others believe it');
      assert.ok((await keptMs()) <= 800 * LONGER);
      await wrong.end('1');
      const markedMs = await keptMs();
      assert.ok(markedMs > 5_000 * LONGER && markedMs <= 10_000 * LONGER, String(markedMs));
      assert.equal(await other.isActive('1', generation), false);
      await server.command('FLUSHALL');
      await wrong.begin('1');
      await server.command('FLUSHALL');
      assert.equal(await wrong.isActive('1', generation), false);
      assert.ok((await keptMs()) <= 800 * LONGER, 'what was read likewise');
    });
  }

  it('end within two seconds everywhere, even if Redis did not hear of it and was asked a moment before', async () => {
    let time = Date.now();
    const third = new Sessions({
      documents: stores[1]!,
      now: () => time,
      shared: new RedisCache(connections[1]!),
    });
    const generation = await one.begin('1');
    await server.command('FLUSHALL');
    assert.equal(await third.isActive('1', generation), true);
    assert.ok((await keptMs()) <= 800);
    await stores[0]!.delete(KEY);
    // When what is shared has gone, and then what this process remembers: after less than two seconds in all.
    await server.command('FLUSHALL');
    time += 1_000;
    assert.equal(await third.isActive('1', generation), false);
  });
});
