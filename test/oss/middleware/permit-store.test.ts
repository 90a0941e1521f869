import assert from 'node:assert/strict';
import { PermitStore } from '../../../lib/oss/middleware/permit-store.ts';
import { Permits, type PermitsWanted } from '../../../lib/oss/middleware/rate-limit-permits.ts';

const WORKERS = 4;
const LIMIT = { limit: 80, windowMs: 60_000, per: '1 minute' };

describe('PermitStore', () => {
  let permits: Permits;
  let asked: number;

  beforeEach(() => {
    permits = new Permits(WORKERS);
    asked = 0;
  });

  /** The store of a worker, and its way to the first process. */
  function worker(limit = LIMIT): PermitStore {
    return new PermitStore(limit, '0', {
      ask: (_topic, wanted) => {
        asked += 1;
        return Promise.resolve(permits.give(wanted as PermitsWanted));
      },
    });
  }

  /** Whether a worker lets a request pass, as express-rate-limit asks. */
  const passes = async (store: PermitStore, key = 'a') =>
    (await store.increment(key)).totalHits <= LIMIT.limit;

  async function passed(stores: readonly PermitStore[], requests: number): Promise<number> {
    let count = 0;
    for (let at = 0; at < requests; at++) if (await passes(stores[at % stores.length]!)) count += 1;
    return count;
  }

  it('lets workers together pass as many as one process would', async () => {
    const stores = Array.from({ length: WORKERS }, () => worker());
    assert.equal(await passed(stores, LIMIT.limit * 3), LIMIT.limit);
    assert.equal(await passes(worker()), false);
  });

  it('lets no more pass when all are asked at once', async () => {
    const stores = Array.from({ length: WORKERS }, () => worker());
    const all = await Promise.all(
      Array.from({ length: LIMIT.limit * 3 }, (_, at) => passes(stores[at % WORKERS]!)),
    );
    assert.equal(all.filter(Boolean).length, LIMIT.limit);
  });

  it('gives all to a worker that is the only one to be asked, and counts as one process does', async () => {
    const store = worker();
    for (let hits = 1; hits <= LIMIT.limit; hits++)
      assert.equal((await store.increment('a')).totalHits, hits);
    assert.equal(await passes(store), false);
    assert.equal(await passes(store, 'b'), true);
  });

  it('keeps less than a quarter from a client that turns to another worker', async () => {
    const stores = Array.from({ length: WORKERS }, () => worker());
    await passed(stores, WORKERS);
    const rest = await passed([stores[0]!], LIMIT.limit);
    assert.ok(rest + WORKERS > LIMIT.limit * 0.75, String(rest));
  });

  it('asks seldom, and not at all for a flood', async () => {
    const store = worker();
    await passed([store], LIMIT.limit);
    assert.ok(asked < LIMIT.limit / 2, String(asked));
    await passes(store);
    const before = asked;
    assert.equal(await passed([store], 1_000), 0);
    assert.equal(asked, before);
  });

  it('begins anew with the next window', async () => {
    const short = { ...LIMIT, windowMs: 1 };
    const store = worker(short);
    const { resetTime } = await store.increment('a');
    await passed([store], LIMIT.limit);
    while (Date.now() <= resetTime!.getTime()) await new Promise(setImmediate);
    assert.ok(await passes(store));
  });

  it('tells what is used up without using anything up', async () => {
    const store = worker();
    assert.equal((await store.get('a'))?.totalHits, 0);
    await store.increment('a');
    assert.equal((await store.get('a'))?.totalHits, 1);
    await passed([store], LIMIT.limit);
    assert.equal((await worker().get('a'))?.totalHits, LIMIT.limit);
  });

  it('counts two limits of the same size apart, and alone without the first process', async () => {
    const gone = new PermitStore(LIMIT, '1', { ask: () => Promise.reject(new Error('gone')) });
    assert.equal(await passed([gone], LIMIT.limit * 2), LIMIT.limit);
    await passed([worker()], LIMIT.limit);
    const other = permits.give({ name: '1', ...LIMIT, key: 'a', wanted: 1 });
    assert.ok(other.given > 0);
  });
});
