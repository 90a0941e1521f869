import assert from 'node:assert/strict';
import express from 'express';
import { pino } from 'pino';
import supertest from 'supertest';
import { compose } from '../../../lib/compose.ts';
import { rateLimit } from '../../../lib/oss/middleware/rate-limit.ts';
import { errorHandler } from '../../../lib/oss/routes/errors.ts';

describe('The rate limit on a store so slow that the window has ended when it answers', () => {
  it('never tells anybody to come back in no time', async () => {
    const log = pino({ enabled: false });
    const stack = compose({
      only: [
        rateLimit({
          limits: [{ limit: 1, windowMs: 1_000, per: '1 second' }],
          log,
          storeFor: () => ({
            increment: () => Promise.resolve({ totalHits: 1_000, resetTime: new Date(Date.now() - 500) }),
            decrement: () => undefined,
            resetKey: () => undefined,
          }),
        }),
      ],
    });
    const app = express().use(stack).use(errorHandler({ log }));
    const { headers } = await supertest(app).get('/api/settings').expect(429);
    assert.equal(headers['retry-after'], '1');
  });
});
