import assert from 'node:assert/strict';
import { parseRateLimits } from '../../../lib/oss/middleware/rate-limit-grammar.ts';

describe('the grammar of RATE_LIMIT', () => {
  it('reads several limits', () => {
    assert.deepEqual(parseRateLimits('20/second; 600/minute'), [
      { limit: 20, windowMs: 1_000, per: '1 second' },
      { limit: 600, windowMs: 60_000, per: '1 minute' },
    ]);
  });

  it('reads windows of several units', () => {
    assert.deepEqual(parseRateLimits('100/15 minutes'), [
      { limit: 100, windowMs: 900_000, per: '15 minutes' },
    ]);
  });

  it('reads off as no limits', () => {
    assert.deepEqual(parseRateLimits('off'), []);
  });

  for (const value of [
    '',
    '20',
    '0/second',
    '-1/second',
    '2.5/second',
    '20/',
    '20/weeks',
    '20/60 days',
    ';',
  ]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      assert.equal(parseRateLimits(value), undefined);
    });
  }
});
