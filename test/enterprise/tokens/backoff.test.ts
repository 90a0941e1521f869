import assert from 'node:assert/strict';
import {
  backoffRemaining,
  nextFailure,
  type RefreshFailure,
} from '../../../lib/enterprise/tokens/backoff.ts';

describe('Back-off', () => {
  it('doubles from one second to one minute, over the second half of which it is spread', () => {
    let failure: RefreshFailure | undefined;
    const shortest: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      shortest.push(nextFailure(failure, 0, 0, 0).retryAt);
      failure = nextFailure(failure, 0, 0, 1);
      assert.equal(failure.retryAt, 2 * shortest[n]!);
    }
    assert.deepEqual(shortest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is at least as long as GitHub asked for, and never longer than an hour', () => {
    assert.equal(nextFailure(undefined, 1_000, 90_000, 1).retryAt, 91_000);
    assert.equal(nextFailure(undefined, 0, 1e9, 1).retryAt, 3_600_000);
  });

  it('is over when its time has come, and when a clock that was wrong has written it', () => {
    const failure = { count: 1, retryAt: 10_000, pauseMs: 6_000 };
    assert.equal(backoffRemaining(failure, 4_000), 6_000);
    assert.equal(backoffRemaining(failure, 10_000), 0);
    assert.equal(backoffRemaining({ count: 1, retryAt: 1e12, pauseMs: 6_000 }, 0), 0);
    assert.equal(backoffRemaining(undefined, 0), 0);
  });

  it('holds for a process whose clock is up to five minutes behind, but not for one that was set back by more', () => {
    const failure = { count: 1, retryAt: 1_001_000, pauseMs: 1_000 };
    assert.equal(backoffRemaining(failure, 1_000_000 - 300_000), 301_000);
    assert.equal(backoffRemaining(failure, 1_000_000 - 300_001), 0);
  });
});
