import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { claims, type Summary, summaryIn, tableOf } from '../../bench/ten-thousand/summary.ts';

const PAGE = new URL('../../docs/scaling.md', import.meta.url);
const GOOD: Summary = {
  users: 10_000,
  seconds: 60,
  workers: 2,
  requests: 30_000,
  failures: 0,
  refreshes: 10_000,
  reused: 0,
  p50: 8,
  p99: 90,
  keptBefore: 80,
  keptAfter: 84,
  resident: 320,
};

const broken = (summary: Summary) =>
  claims(summary)
    .filter(({ value, below = Infinity, above = -Infinity }) => !(value < below && value > above))
    .map(({ name }) => name);

describe('The table of 10,000 users', () => {
  it('is of a run that has kept its claims, if there was one', async () => {
    const summary = summaryIn(await readFile(PAGE, 'utf8'));
    if (summary === undefined) return;
    assert.equal(summary.users, 10_000);
    assert.equal(summary.requests, summary.users * 3);
    assert.ok(summary.p50 <= summary.p99);
    assert.deepEqual(broken(summary), []);
  });

  it('is read as it was written', async () => {
    const page = await readFile(PAGE, 'utf8');
    const written = page.replace(/(?<=<!-- ten-thousand: .* -->\n\n)[^]*?(?=\n\n<!-- end)/, tableOf(GOOD));
    assert.deepEqual(summaryIn(written), GOOD);
  });

  it('has claims that a failed request, a refresh too many or too few, and growing memory break', () => {
    assert.deepEqual(broken(GOOD), []);
    assert.deepEqual(broken({ ...GOOD, failures: 1 }), ['failed requests']);
    assert.deepEqual(broken({ ...GOOD, refreshes: 10_001 }), ['refreshes / users']);
    assert.deepEqual(broken({ ...GOOD, refreshes: 9_999 }), ['refreshes / users']);
    assert.deepEqual(broken({ ...GOOD, reused: 1 }), ['refresh tokens used twice']);
    assert.equal(broken({ ...GOOD, keptAfter: 93 }).length, 1);
    // A number that is missing is none that was kept.
    assert.ok(broken({ ...GOOD, refreshes: NaN }).length > 0);
  });
});
