import assert from 'node:assert/strict';
import { RateLimitMemory } from '../../../lib/oss/middleware/rate-limit-memory.ts';

describe('RateLimitMemory', () => {
  let time: number;

  beforeEach(() => {
    time = 1_000_000;
  });

  function memory(capacity = 3): RateLimitMemory {
    const store = new RateLimitMemory({ capacity, now: () => time });
    store.init({ windowMs: 1_000 });
    return store;
  }

  it('counts each key by itself until its window ends', () => {
    const store = memory();
    assert.deepEqual(store.increment('a'), { totalHits: 1, resetTime: new Date(time + 1_000) });
    time += 999;
    assert.equal(store.increment('a').totalHits, 2);
    assert.equal(store.increment('b').totalHits, 1);
    time += 1;
    assert.equal(store.get('a'), undefined);
    assert.equal(store.increment('a').totalHits, 1);
    assert.equal(store.get('b')?.totalHits, 1);
  });

  it('tells what was counted by then, though more is counted meanwhile', () => {
    const store = memory();
    const first = store.increment('a');
    store.increment('a');
    assert.equal(first.totalHits, 1);
  });

  it('forgets the oldest when it is full, and what has ended as soon as others come', () => {
    const store = memory();
    for (const key of ['a', 'b', 'c', 'd']) store.increment(key);
    assert.equal(store.size, 3);
    assert.equal(store.get('a'), undefined);
    assert.equal(store.get('d')?.totalHits, 1);
    time += 1_000;
    store.increment('e');
    assert.equal(store.size, 1);
  });

  it('keeps its size when windows end and begin again', () => {
    const store = memory();
    for (let request = 0; request < 100; request += 1) {
      store.increment(String(request % 7));
      time += 300;
      assert.ok(store.size <= 3);
    }
  });

  it('locks nobody out when the clock is set back', () => {
    const store = memory();
    store.increment('a');
    time -= 3_600_000;
    assert.equal(store.increment('a').totalHits, 1);
  });

  it('takes back what it is told to', () => {
    const store = memory();
    store.increment('a');
    store.decrement('a');
    store.decrement('a');
    assert.equal(store.get('a')?.totalHits, 0);
    store.increment('a');
    store.resetKey('a');
    assert.equal(store.get('a'), undefined);
    store.increment('a');
    store.resetAll();
    assert.equal(store.size, 0);
  });
});
