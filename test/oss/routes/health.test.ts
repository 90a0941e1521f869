import assert from 'node:assert/strict';
import express from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { healthRoutes, type ReadinessCheck } from '../../../lib/oss/routes/health.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';

describe('GET /ready', () => {
  function site(checks: Record<string, ReadinessCheck>) {
    const log = pino({ enabled: false });
    return express().use(healthRoutes({ checks, isDraining: () => false, log }).router);
  }

  it('runs its checks once for all who ask meanwhile, and anew for those who ask later', async () => {
    let runs = 0;
    let arrived = 0;
    let end = (): void => undefined;
    const app = express().use((_req, _res, next) => {
      arrived += 1;
      next();
      if (arrived === 20) end();
    });
    app.use(
      site({
        store: () => {
          runs += 1;
          return new Promise<void>((resolve) => (end = resolve));
        },
      }),
    );
    const answers = Promise.all(Array.from({ length: 20 }, () => request(app).get('/ready')));
    for (const { status, body } of await answers) {
      assert.deepEqual([status, body], [200, { ready: true, checks: { store: 'ok' } }]);
    }
    assert.equal(runs, 1);
    const later = request(app).get('/ready');
    arrived = 19;
    await later.expect(200);
    assert.equal(runs, 2);
  });

  it('tells a check that fails from one that is degraded', async () => {
    const checks = {
      store: () => Promise.reject(new Error('away')),
      redis: () => Promise.resolve('degraded' as const),
    };
    const { body } = await request(site(checks)).get('/ready').expect(503);
    assert.deepEqual(body, {
      error: 'Not ready: store.',
      code: 'not_ready',
      ready: false,
      checks: { store: 'failed', redis: 'degraded' },
      reasons: { store: 'internal_error' },
    });
  });

  it('says of a store whose fault it is', async () => {
    for (const [failure, code] of [
      ['away', 'storage_unavailable'],
      ['refused', 'storage_refused'],
      ['full', 'storage_full'],
      ['read_only', 'storage_read_only'],
    ] as const) {
      const store = () => Promise.reject(new StorageError(new Error('secret'), failure));
      const { body, text } = await request(site({ store })).get('/ready').expect(503);
      assert.deepEqual((body as { reasons: object }).reasons, { store: code });
      assert.doesNotMatch(text, /secret/);
    }
  });
});
