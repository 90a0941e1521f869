import assert from 'node:assert/strict';
import { refreshAheadMs, stageOf } from '../../../lib/enterprise/tokens/refresh-schedule.ts';
import type { SignedIn } from '../../../lib/enterprise/tokens/token-record.ts';
import { Secret } from '../../../lib/oss/secret.ts';

const MINUTE = 60_000;
const LIFETIME = 480 * MINUTE;

function record(expiresAt?: number): SignedIn {
  const tokens = { accessToken: new Secret('ghu_x'), ...(expiresAt !== undefined && { expiresAt }) };
  return { state: 'signed_in', signInId: 's', obtainedAt: 0, tokens };
}

describe('Refresh schedule', () => {
  it('refreshes from 5 to 10 minutes ahead, evenly spread over the users', () => {
    const minutes = Array.from({ length: 10_000 }, (_, id) => {
      const ahead = refreshAheadMs(String(583_231 + id), LIFETIME, 5 * MINUTE) / MINUTE;
      assert.ok(ahead >= 5 && ahead < 10, String(ahead));
      return Math.floor(ahead);
    });
    for (const minute of [5, 6, 7, 8, 9]) {
      const share = minutes.filter((each) => each === minute).length / minutes.length;
      assert.ok(share > 0.17 && share < 0.23, `${String(share)} in minute ${String(minute)}`);
    }
  });

  it('refreshes a user always at the same time', () => {
    assert.equal(refreshAheadMs('583231', LIFETIME, MINUTE), refreshAheadMs('583231', LIFETIME, MINUTE));
  });

  it('leaves a short life its first half', () => {
    for (let id = 0; id < 1_000; id += 1) {
      const ahead = refreshAheadMs(String(id), 1_000, 5 * MINUTE);
      assert.ok(ahead >= 250 && ahead < 500, String(ahead));
    }
  });

  it('goes from fresh over due to expired', () => {
    const stages = [0, LIFETIME - 10 * MINUTE - 1, LIFETIME - 5 * MINUTE, LIFETIME - 1, LIFETIME].map((now) =>
      stageOf('583231', record(LIFETIME), now, 5 * MINUTE),
    );
    assert.deepEqual(stages, ['fresh', 'fresh', 'due', 'due', 'expired']);
  });

  it('knows tokens that do not expire', () => {
    assert.equal(stageOf('583231', record(), 1e15, 5 * MINUTE), 'fresh');
  });
});
