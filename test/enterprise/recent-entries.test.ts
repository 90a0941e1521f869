import assert from 'node:assert/strict';
import { RecentEntries } from '../../lib/enterprise/recent-entries.ts';

describe('RecentEntries', () => {
  it('lets go of what was set longest ago when it is full', () => {
    const entries = new RecentEntries<number>({ capacity: 2 });
    entries.set('a', 1);
    entries.set('b', 2);
    entries.set('a', 3);
    entries.set('c', 4);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => entries.get(key)),
      [3, undefined, 4],
    );
    assert.equal(entries.size, 2);
  });

  it('lets go of all that is old with the next entry, and of nothing else', () => {
    let now = 0;
    const entries = new RecentEntries<number>({ keepMs: 10, now: () => now });
    entries.set('a', 1);
    entries.set('b', 2);
    now = 5;
    entries.set('a', 3);
    now = 11;
    assert.equal(entries.get('b'), 2);
    entries.set('c', 4);
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => entries.get(key)),
      [3, undefined, 4],
    );
    now = 100;
    entries.set('d', 5);
    assert.equal(entries.size, 1);
  });

  it('keeps what has no age for as long as there is room', () => {
    let now = 0;
    const entries = new RecentEntries<number>({ now: () => now });
    entries.set('a', 1);
    now = 1e12;
    entries.set('b', 2);
    assert.equal(entries.get('a'), 1);
  });
});
