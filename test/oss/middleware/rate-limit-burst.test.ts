import assert from 'node:assert/strict';
import { withBurst } from '../../../lib/oss/middleware/rate-limit-burst.ts';
import { parseRateLimits } from '../../../lib/oss/middleware/rate-limit-grammar.ts';

describe('withBurst', () => {
  it('counts short limits over four seconds, and leaves longer ones as they are', () => {
    for (const [text, limit, windowMs] of [
      ['20/second', 80, 4_000],
      ['1/second', 4, 4_000],
      ['10/2 seconds', 20, 4_000],
      ['10/3 seconds', 10, 3_000],
      ['10/5 seconds', 10, 5_000],
      ['600/minute', 600, 60_000],
    ] as const) {
      const [parsed] = parseRateLimits(text)!;
      assert.deepEqual(withBurst(parsed!), { limit, windowMs, per: parsed!.per }, text);
    }
  });
});
