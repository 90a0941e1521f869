import assert from 'node:assert/strict';
import { RecentReads } from '../../../lib/oss/storage/recent-reads.ts';

interface Found {
  readonly text: string;
}

describe('RecentReads', () => {
  let now: number;
  let stored: string | undefined;
  let reads: number;
  let recent: RecentReads<Found | undefined, Found>;

  const make = (capacity?: number) =>
    new RecentReads<Found | undefined, Found>({
      staleMs: 1_000,
      now: () => now,
      isKept: (value) => value !== undefined,
      ...(capacity !== undefined && { capacity }),
    });
  const read = () => {
    reads += 1;
    return Promise.resolve(stored === undefined ? undefined : { text: stored });
  };
  const text = async (key = 'a') => (await recent.get(key, read))?.text;

  beforeEach(() => {
    now = 1_000_000;
    stored = 'old';
    reads = 0;
    recent = make();
  });

  it('gives what was read within the time, and reads again after it', async () => {
    assert.equal(await text(), 'old');
    stored = 'new';
    now += 999;
    assert.equal(await text(), 'old');
    assert.equal(recent.peek('a')?.text, 'old');
    now += 1;
    assert.equal(recent.peek('a'), undefined);
    assert.equal(await text(), 'new');
    assert.equal(reads, 2);
  });

  it('reads again when the clock was set back', async () => {
    await text();
    now -= 1;
    assert.equal(recent.peek('a'), undefined);
    await text();
    assert.equal(reads, 2);
  });

  it('counts from when it was asked for, not from when the answer came', async () => {
    let answer: ((found: Found) => void) | undefined;
    const slow = recent.get('a', () => new Promise((resolve) => (answer = resolve)));
    now += 1_000;
    answer?.({ text: 'from before' });
    assert.equal((await slow)?.text, 'from before');
    assert.equal(recent.peek('a'), undefined);
  });

  it('has those who come together wait for one reading', async () => {
    assert.deepEqual(await Promise.all([text(), text(), text()]), ['old', 'old', 'old']);
    assert.equal(reads, 1);
  });

  it('does not keep a reading that was under way when what it may have read was changed', async () => {
    const before = text();
    recent.forget('a');
    stored = 'new';
    assert.equal(await before, 'old');
    assert.equal(recent.peek('a'), undefined);
    assert.equal(await text(), 'new');
  });

  it('remembers neither that there is nothing, nor a failure', async () => {
    stored = undefined;
    assert.equal(await text(), undefined);
    stored = 'there';
    assert.equal(await text(), 'there');
    recent.forget('a');
    await assert.rejects(
      recent.get('a', () => Promise.reject(new Error('away'))),
      /away/,
    );
    assert.equal(await text(), 'there');
  });

  it('keeps what was read since, when a reading from before comes to nothing', async () => {
    let fail: ((error: Error) => void) | undefined;
    const before = recent.get('a', () => new Promise((_resolve, reject) => (fail = reject)));
    recent.forget('a');
    await text();
    fail?.(new Error('away'));
    await assert.rejects(before, /away/);
    assert.equal(recent.peek('a')?.text, 'old');
  });

  it('reloads also what is recent', async () => {
    await text();
    stored = 'new';
    assert.equal((await recent.reload('a', read))?.text, 'new');
    assert.equal(recent.peek('a')?.text, 'new');
  });

  it('lets go of what is old with the next reading, and of what was read longest ago when there is too much', async () => {
    for (const key of ['a', 'b', 'c']) await text(key);
    assert.equal(recent.size, 3);
    now += 1_000;
    await text('d');
    assert.equal(recent.size, 1);
    recent = make(2);
    for (const key of ['a', 'b', 'c']) await text(key);
    assert.equal(recent.size, 2);
    assert.equal(recent.peek('a'), undefined);
    assert.equal(recent.peek('c')?.text, 'old');
  });
});
