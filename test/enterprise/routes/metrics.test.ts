import assert from 'node:assert/strict';
import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { metricsOfAll } from '../../../lib/enterprise/metrics/metrics-of-all.ts';
import { ServerMetrics } from '../../../lib/enterprise/metrics/server-metrics.ts';
import { metricsRoutes } from '../../../lib/enterprise/routes/metrics.ts';
import { HttpError } from '../../../lib/oss/errors.ts';
import { Secret } from '../../../lib/oss/secret.ts';

describe('GET /internal/metrics', () => {
  const answerErrors: ErrorRequestHandler = (err, _req, res, _next) => {
    assert.ok(err instanceof HttpError);
    res.status(err.status).set(err.headers).json({ code: err.code });
  };

  function site(options: { token?: string; behindProxy?: boolean; trustProxy?: boolean } = {}) {
    const { registry } = new ServerMetrics();
    const token = options.token === undefined ? undefined : new Secret(options.token);
    const app = express().set('trust proxy', options.trustProxy ?? false);
    return app.use(
      metricsRoutes({
        metrics: metricsOfAll(registry, undefined),
        token,
        behindProxy: options.behindProxy ?? false,
      }).router,
      answerErrors,
    );
  }

  it('is Prometheus text for this machine', async () => {
    const { status, text, headers } = await request(site()).get('/internal/metrics');
    assert.equal(status, 200);
    assert.match(headers['content-type']!, /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^process_resident_memory_bytes \d+/m);
    assert.match(text, /^# TYPE openhands_http_request_duration_seconds histogram/m);
  });

  it('is for the holder of the token, wherever it comes from', async () => {
    const { status } = await request(site({ token: 'let-me-in', behindProxy: true }))
      .get('/internal/metrics')
      .set('X-Forwarded-For', '203.0.113.7')
      .set('Authorization', 'Bearer let-me-in');
    assert.equal(status, 200);
  });

  it('is refused with a wrong token, or without one, behind a proxy', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer wrong',
      'Bearer let-me-in2',
      'Basic let-me-in',
      'let-me-in',
    ]) {
      const { status, body, headers } = await request(site({ token: 'let-me-in', behindProxy: true }))
        .get('/internal/metrics')
        .set('Authorization', authorization);
      assert.deepEqual(
        [status, body, headers['www-authenticate']],
        [401, { code: 'invalid_metrics_token' }, 'Bearer'],
      );
    }
  });

  it('does not take a proxy on this machine for this machine, known or not', async () => {
    for (const headers of [
      { 'X-Forwarded-For': '203.0.113.7' },
      { 'X-Forwarded-For': '127.0.0.1' },
      { 'X-Real-IP': '203.0.113.7' },
      { Forwarded: 'for=203.0.113.7' },
      { Via: '1.1 proxy' },
      { Host: 'openhands.example' },
      { Host: '127.0.0.1.evil.example' },
    ]) {
      const { status, body } = await request(site({ trustProxy: true }))
        .get('/internal/metrics')
        .set(headers);
      assert.deepEqual([status, body], [403, { code: 'forbidden' }], JSON.stringify(headers));
    }
    for (const options of [{ behindProxy: true }, { trustProxy: true }]) {
      assert.equal((await request(site(options)).get('/internal/metrics')).status, 403);
    }
  });

  it('knows this machine by all of its names', async () => {
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1:3000', '127.1.2.3', '[::1]:3000']) {
      assert.equal((await request(site()).get('/internal/metrics').set('Host', host)).status, 200, host);
    }
  });
});
