import assert from 'node:assert/strict';
import { pino } from 'pino';
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

  it('lets eight tabs be restored at once, and ends a flood, unless told otherwise', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '' } });
    const calls = (count: number) =>
      Promise.all(Array.from({ length: count }, () => oss.request.get('/api/options/config')));
    assert.deepEqual([...new Set((await calls(56)).map(({ status }) => status))], [200]);
    const limited = (await calls(56)).find(({ status }) => status === 429);
    assert.equal(limited?.body.error, 'Rate limit exceeded: 20 per 1 second');
    assert.ok(Number(limited.headers['retry-after']) <= 4);
  });

  it('never refuses the profile while one is known: the stock client would take it for a sign-out', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '2/hour' } });
    const token = oss.github.addPersonalAccessToken('octocat');
    await oss.writeFile('settings.json', JSON.stringify({ github_token: token }));
    const { body: profile } = await oss.request.get('/api/github/user').expect(200);
    await oss.request.get('/api/options/config').expect(200);
    await oss.request.get('/api/options/config').expect(429);
    const calls = oss.github.calls.count('GET /user');
    for (const path of ['/api/github/user', '/API/GitHub/User/']) {
      const { body } = await oss.request.get(path).expect(200).expect('X-Stale', '1');
      assert.deepEqual(body, profile);
    }
    await oss.request.head('/api/github/user').expect(200);
    await oss.request.delete('/api/settings').expect(429);
    await oss.request.get('/api/github/user/x').expect(429);
    assert.equal(oss.github.calls.count('GET /user'), calls, 'GitHub is not asked');
  });

  it('refuses the profile like everything else when none is known', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '1/hour' } });
    const token = oss.github.addPersonalAccessToken('octocat');
    await oss.writeFile('settings.json', JSON.stringify({ github_token: token }));
    await oss.request.get('/api/options/config').expect(200);
    const { body } = await oss.request.get('/api/github/user').expect(429).expect('Retry-After', /^\d+$/);
    assert.equal(body.code, 'rate_limit_exceeded');
    await oss.writeFile('settings.json', '{}');
    await oss.request.get('/api/github/user').expect(429).expect('Retry-After', /^\d+$/);
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

  it('counts an address as one, whatever port or zone a proxy writes behind it', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '1/hour', TRUST_PROXY: 'loopback,10.0.0.0/8' } });
    const from = (address: string) => oss.request.get('/api/options/config').set('X-Forwarded-For', address);
    await from('192.0.2.1:1000').expect(200);
    for (const same of ['192.0.2.1', '192.0.2.1:1001', '::ffff:192.0.2.1', '192.0.2.1:5, 10.1.2.3:99']) {
      await from(same).expect(429);
    }
    await from('[2001:db8::1]:1000').expect(200);
    for (const same of ['2001:db8::2', '[2001:db8::1]:7', `2001:db8::1%${'a'.repeat(4_000)}`]) {
      await from(same).expect(429);
    }
  });

  it('takes nothing for an address that is none', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: '1/hour', TRUST_PROXY: '1' } });
    const from = (address: string) => oss.request.get('/api/options/config').set('X-Forwarded-For', address);
    await from('unknown').expect(200);
    for (const text of ['_hidden', 'x'.repeat(4_000), 'localhost', '1.2.3', '192.0.2.1:port', '[]', ':1']) {
      await from(text).expect(429);
    }
  });

  it('hints once at a proxy that it was not told of', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    oss = await OssApp.start({ logger });
    await oss.request.get('/health').expect(200);
    assert.deepEqual(lines, []);
    for (let time = 0; time < 3; time += 1) {
      await oss.request.get('/health').set('X-Forwarded-For', '192.0.2.1').expect(200);
    }
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /TRUST_PROXY is off/);
    assert.doesNotMatch(lines[0]!, /192\.0\.2\.1/);
  });

  it('has nothing to hint at when the proxy is trusted', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    oss = await OssApp.start({ logger, env: { TRUST_PROXY: '1' } });
    await oss.request.get('/health').set('X-Forwarded-For', '192.0.2.1').expect(200);
    assert.deepEqual(lines, []);
  });

  it('can be switched off', async () => {
    oss = await OssApp.start({ env: { RATE_LIMIT: 'off' } });
    const { headers } = await oss.request.get('/api/options/config').expect(200);
    assert.equal(headers.ratelimit, undefined);
  });
});
