import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SessionLifetime } from '../../../lib/enterprise/auth/session-lifetime.ts';

const HOUR = 3_600_000;

describe('SessionLifetime', () => {
  let now = 0;
  const lifetime = (ttlHours: number, maxHours?: number) =>
    new SessionLifetime({
      ttlMs: ttlHours * HOUR,
      maxMs: maxHours === undefined ? undefined : maxHours * HOUR,
      now: () => now * HOUR,
    });
  const age = (issued: number, ends: number, began = issued) => ({
    issued_at: issued * HOUR,
    ends_at: ends * HOUR,
    began_at: began * HOUR,
  });

  it('renews when half of the time is over, and not before', () => {
    const session = age(0, 10);
    for (const [hour, due] of [
      [-1, false],
      [0, false],
      [4.99, false],
      [5, true],
      [9.99, true],
    ] as const) {
      now = hour;
      assert.equal(lifetime(10).isRenewalDue(session), due, `at ${hour}`);
    }
  });

  it('renews a cookie in time that was issued for a shorter time, and makes none shorter that was for a longer', () => {
    now = 1;
    assert.equal(lifetime(1_000).isRenewalDue(age(0, 2)), true);
    now = 500;
    assert.equal(lifetime(10).isRenewalDue(age(0, 1_000)), false);
    now = 995;
    assert.equal(lifetime(10).isRenewalDue(age(0, 1_000)), true);
  });

  it('renews up to SESSION_MAX from the sign-in, with what is left until then', () => {
    now = 15;
    assert.equal(lifetime(10, 20).isRenewalDue(age(10, 20, 0)), false);
    assert.equal(lifetime(10, 22).isRenewalDue(age(10, 20, 0)), true);
    assert.equal(lifetime(10, 22).remainingMs(0), 7 * HOUR);
    assert.equal(lifetime(10).remainingMs(0), 10 * HOUR);
    assert.equal(lifetime(10, 4).remainingMs(), 4 * HOUR);
  });

  it('is over at SESSION_MAX, also of a session that began when it was longer', () => {
    now = 5;
    assert.deepEqual(
      [lifetime(10, 5).isOver(age(0, 10)), lifetime(10, 5.1).isOver(age(0, 10))],
      [true, false],
    );
    assert.equal(lifetime(10).isOver(age(0, 10)), false);
  });

  it('signs nobody out by age who uses the session often enough, and nobody later than SESSION_MAX', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
        fc.array(fc.double({ min: 0.01, max: 0.49, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (ttl, max, pauses) => {
          now = 0;
          const rule = lifetime(ttl, max);
          let cookie = { issued_at: 0, ends_at: rule.remainingMs(), began_at: 0 };
          for (const pause of pauses) {
            now += pause * ttl;
            const isGood = now * HOUR < cookie.ends_at && !rule.isOver(cookie);
            assert.equal(isGood, max === undefined || now * HOUR < max * HOUR, `at ${now} of ${ttl}, ${max}`);
            if (!isGood) return;
            if (!rule.isRenewalDue(cookie)) continue;
            cookie = { issued_at: now * HOUR, ends_at: now * HOUR + rule.remainingMs(0), began_at: 0 };
          }
        },
      ),
    );
  });
});
