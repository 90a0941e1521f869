import assert from 'node:assert/strict';
import { OssApp } from './oss-app.ts';

describe('the rate limit of the OSS edition', () => {
  let oss: OssApp;
  afterEach(() => oss.close());

  it('answers 429, with all that a client needs to come back', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '2/15 minutes;100/hour' } });
    await oss.request
      .get('/api/options/config')
      .expect(200)
      .expect('RateLimit', /r=1; t=900/);
    await oss.request.get('/api/options/config').expect(200);
    const { body, headers } = await oss.request
      .get('/api/options/config')
      .set('Origin', 'http://localhost:3001')
      .expect(429);
    assert.deepEqual(body, {
      error: 'Rate limit exceeded: 2 per 15 minutes',
      code: 'rate_limit_exceeded',
    });
    assert.match(headers['retry-after'] ?? '', /^\d+$/);
    assert.match(headers['ratelimit-policy'] ?? '', /q=2; w=900/);
    assert.equal(headers['access-control-allow-origin'], 'http://localhost:3001');
    assert.match(headers['cache-control'] ?? '', /no-store/);
  });

  it('says 20 per 1 second unless told otherwise', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '' } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => oss.request.get('/api/options/config')),
    );
    const limited = answers.find(({ status }) => status === 429);
    assert.equal(limited?.body.error, 'Rate limit exceeded: 20 per 1 second');
  });

  it('counts neither preflights, nor the page, nor /health', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '1/hour' } });
    for (let time = 0; time < 3; time++) {
      await oss.request.get('/health').expect(200);
      await oss.request.get('/').expect(200);
      await oss.request
        .options('/api/settings')
        .set('Origin', 'https://example.com')
        .set('Access-Control-Request-Method', 'POST')
        .expect(204);
    }
    await oss.request.get('/api/options/config').expect(200);
    await oss.request.get('/api/options/config').expect(429);
  });

  it('counts addresses apart, as far as the proxy is trusted', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '1/hour', TRUST_PROXY: '1' } });
    for (const address of ['192.0.2.1', '192.0.2.2', '2001:db8:1::1']) {
      await oss.request.get('/api/options/config').set('X-Forwarded-For', address).expect(200);
    }
    // One network of one subscriber.
    await oss.request.get('/api/options/config').set('X-Forwarded-For', '2001:db8:1::2').expect(429);
  });

  it('can be switched off', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: 'off' } });
    const { headers } = await oss.request.get('/api/options/config').expect(200);
    assert.equal(headers.ratelimit, undefined);
  });
});
