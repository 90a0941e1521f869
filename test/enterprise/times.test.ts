import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assertNested, leaseTimes, longestRefreshMs } from '../../lib/enterprise/times.ts';
import { ConfigurationError } from '../../lib/oss/errors.ts';

describe('The times of locks', () => {
  it('fit into each other for every lease that is taken, and any other is refused in one line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ min: 1_500, max: 6_666 }), fc.double()), (leaseMs) => {
        if (leaseMs >= 1_500 && leaseMs <= 6_666) {
          const { beatEveryMs, beatMs, connectMs, lockWaitMs } = leaseTimes(leaseMs);
          // The last heartbeat came through at 0. What began then, and up to three times later, ends within the lease.
          for (let attempt = 1; attempt <= 3; attempt += 1) {
            assert.ok(attempt * beatEveryMs + beatMs < leaseMs, `attempt ${attempt}`);
          }
          assert.ok(2 * beatEveryMs + connectMs < leaseMs);
          assert.ok(leaseMs < lockWaitMs);
          return;
        }
        assert.throws(
          () => leaseTimes(leaseMs),
          (error) => error instanceof ConfigurationError && !error.message.includes('\n'),
        );
      }),
    );
  });

  for (const [what, change] of [
    ['heartbeats that take as long as the lease', { beatMs: 5_000, connectMs: 5_000 }],
    ['heartbeats that are too rare', { beatEveryMs: 2_000 }],
    ['connections that take too long to open', { connectMs: 4_000 }],
    ['no heartbeats', { beatEveryMs: 0 }],
    ['waiting that ends before the lease', { lockWaitMs: 6_000 }],
    ['a time that is none', { beatMs: NaN }],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.throws(() => assertNested({ ...leaseTimes(), ...change }), ConfigurationError);
    });
  }

  it('let others wait for as long as GitHub and the store may take in a refresh', () => {
    assert.equal(longestRefreshMs(10_000), 30_000);
    assert.ok(longestRefreshMs(60_000) > 2 * 60_000);
  });
});
