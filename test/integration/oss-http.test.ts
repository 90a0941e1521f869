import assert from 'node:assert/strict';
import { OssApp } from './oss-app.ts';

describe('the HTTP surface of the OSS edition', () => {
  let oss: OssApp;
  before(async () => {
    oss = await OssApp.start({
      models: ['m'],
      agents: ['a'],
      securityAnalyzers: ['s'],
      env: { ALLOWED_HOSTS: 'oss.example' },
    });
  });
  after(() => oss.close());

  for (const path of ['/health', '/alive']) {
    it(`answers ${path}`, async () => {
      await oss.request.get(path).expect(200, '"OK"').expect('Content-Type', /json/);
    });
  }

  it('is ready when the store works', async () => {
    await oss.request.get('/ready').expect(200, { ready: true, checks: { store: 'ok' } });
  });

  it('tells the client what it is', async () => {
    await oss.request.get('/api/options/config').expect(200, {
      APP_MODE: 'oss',
      GITHUB_CLIENT_ID: '',
      POSTHOG_CLIENT_KEY: '',
      FEATURE_FLAGS: { ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false },
    });
  });

  it('offers what the configuration says', async () => {
    await oss.request.get('/api/options/models').expect(200, ['m']);
    await oss.request.get('/api/options/agents').expect(200, ['a']);
    await oss.request.get('/api/options/security-analyzers').expect(200, ['s']);
  });

  it('authenticates a user who has a token in Settings', async () => {
    const one = await OssApp.start();
    try {
      await one.request
        .post('/api/authenticate')
        .expect(401, { error: 'User is not authenticated', code: 'not_authenticated' });
      await one.saveTokenOf('octocat');
      await one.request.post('/api/authenticate').expect(200, { message: 'User authenticated' });
    } finally {
      await one.close();
    }
  });

  it('always logs out', async () => {
    await oss.request.post('/api/logout').expect(200, { message: 'User logged out' });
  });

  it('answers JSON for what it does not know', async () => {
    for (const path of ['/api/nothing', '/api', '/api/github/gists', '/nothing', '/oauth/nothing']) {
      await oss.request.get(path).expect(404, { error: 'Not found', code: 'not_found' });
    }
  });

  const resources: Readonly<Record<string, string>> = {
    '/': 'GET, HEAD, OPTIONS',
    '/app.js': 'GET, HEAD, OPTIONS',
    '/health': 'GET, HEAD, OPTIONS',
    '/alive': 'GET, HEAD, OPTIONS',
    '/api/openapi.json': 'GET, HEAD, OPTIONS',
    '/api/docs': 'GET, HEAD, OPTIONS',
    '/api/docs/assets/any': 'GET, HEAD, OPTIONS',
    '/ready': 'GET, HEAD, OPTIONS',
    '/api/settings': 'GET, HEAD, POST, OPTIONS',
    '/api/authenticate': 'POST, OPTIONS',
    '/api/logout': 'POST, OPTIONS',
    '/api/options/config': 'GET, HEAD, OPTIONS',
    '/api/github/user': 'GET, HEAD, OPTIONS',
    '/api/github/repositories': 'GET, HEAD, OPTIONS',
    '/api/github/search/repositories': 'GET, HEAD, OPTIONS',
  };
  for (const [path, allow] of Object.entries(resources)) {
    it(`refuses other methods on ${path}, and says which it takes`, async () => {
      const { body } = await oss.request.delete(path).expect(405).expect('Allow', allow);
      assert.equal(body.code, 'method_not_allowed');
      await oss.request.options(path).expect(204).expect('Allow', allow);
    });
  }

  it('answers HEAD as it answers GET, without the body', async () => {
    const readable = Object.keys(resources).filter((path) => resources[path]?.startsWith('GET'));
    for (const path of readable) {
      const { status, headers, text } = await oss.request.head(path);
      const got = await oss.request.get(path);
      assert.equal(text, undefined, path);
      assert.deepEqual([status, headers['content-type']], [got.status, got.headers['content-type']], path);
    }
  });

  it('has no ETags under /api, and does not say what it runs on', async () => {
    const { headers } = await oss.request.get('/api/options/config').expect(200);
    assert.equal(headers.etag, undefined);
    assert.equal(headers['x-powered-by'], undefined);
  });

  it('never lets an answer of the API be kept', async () => {
    for (const path of ['/api/options/config', '/api/settings', '/api/nothing', '/health']) {
      const { headers } = await oss.request.get(path);
      assert.equal(headers['cache-control'], 'no-cache, no-store, must-revalidate, max-age=0');
      assert.equal(headers.pragma, 'no-cache');
      assert.equal(headers.expires, '0');
    }
  });

  it('answers addresses that cannot be decoded, and hostile ones', async () => {
    for (const path of [
      '/api/%ff',
      '/%',
      '/api/settings%00',
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
    ]) {
      const { status, text } = await oss.request.get(path);
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      assert.ok(!text.includes('root:') && !text.includes('at '), text);
    }
  });

  it('gives every answer whole, whatever a client says that it has', async () => {
    for (const path of [
      '/api/options/config',
      '/api/openapi.json',
      '/api/docs',
      '/health',
      await styleOfReference(),
    ]) {
      for (const [header, value] of [
        ['If-None-Match', '*'],
        ['If-None-Match', '"x", *'],
        ['If-Modified-Since', 'Fri, 31 Dec 2099 23:59:59 GMT'],
      ] as const) {
        await oss.request.get(path).set(header, value).expect(200);
      }
    }
  });

  /** A file that browsers may keep for ever, so that they never ask for it with a condition. */
  async function styleOfReference(): Promise<string> {
    const { text } = await oss.request.get('/api/docs');
    return `/api/${/href="(docs\/[^"]+)"/.exec(text)![1]}`;
  }

  describe('the request id', () => {
    it('is made up when there is none', async () => {
      const { headers } = await oss.request.get('/health');
      assert.match(headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/);
    });

    it("is the caller's, if it is harmless", async () => {
      await oss.request.get('/health').set('X-Request-Id', 'abc-1').expect('X-Request-Id', 'abc-1');
      for (const id of ['a b', 'x'.repeat(65), '<script>']) {
        const { headers } = await oss.request.get('/health').set('X-Request-Id', id);
        assert.notEqual(headers['x-request-id'], id);
      }
    });
  });

  describe('CORS', () => {
    const local = [
      'http://localhost:3001',
      'https://localhost',
      'http://127.0.0.1:8080',
      'http://[::1]:5173',
      'capacitor://localhost',
    ];
    for (const origin of local) {
      it(`lets ${origin} read answers, with credentials`, async () => {
        await oss.request
          .get('/api/options/config')
          .set('Origin', origin)
          .expect('Access-Control-Allow-Origin', origin)
          .expect('Access-Control-Allow-Credentials', 'true')
          .expect('Vary', /Origin/);
      });
    }

    const others = [
      'https://example.com',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
      'null',
    ];
    for (const origin of others) {
      it(`has no header for ${origin}`, async () => {
        const { headers } = await oss.request.get('/api/options/config').set('Origin', origin).expect(200);
        const names = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
        assert.deepEqual(names, []);
        assert.match(headers.vary ?? '', /Origin/);
      });
    }

    it('answers preflights', async () => {
      await oss.request
        .options('/api/settings')
        .set('Origin', 'http://localhost:3001')
        .set('Access-Control-Request-Method', 'POST')
        .set('Access-Control-Request-Headers', 'content-type')
        .expect(204)
        .expect('Access-Control-Allow-Headers', 'content-type')
        .expect('Access-Control-Allow-Methods', /POST/);
    });

    it('is on errors, too', async () => {
      await oss.request
        .get('/api/github/user')
        .set('Origin', 'http://localhost:3001')
        .expect(401)
        .expect('Access-Control-Allow-Origin', 'http://localhost:3001');
    });
  });

  describe('requests from another origin', () => {
    const refused: readonly Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'not an origin' },
    ];
    for (const headers of refused) {
      it(`change nothing: ${JSON.stringify(headers)}`, async () => {
        const { body } = await oss.request.post('/api/settings').set(headers).send({}).expect(403);
        assert.equal(body.code, 'cross_origin');
        await oss.request.get('/api/options/config').set(headers).expect(200);
      });
    }

    const accepted: readonly Record<string, string>[] = [
      {},
      { Origin: 'http://localhost:3001', 'Sec-Fetch-Site': 'cross-site' },
      { Host: 'oss.example:80', Origin: 'http://oss.example', 'Sec-Fetch-Site': 'same-origin' },
      { Host: 'oss.example', Origin: 'https://oss.example:443' },
      { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
    ];
    for (const headers of accepted) {
      it(`are told from our own: ${JSON.stringify(headers)}`, async () => {
        await oss.request.post('/api/logout').set(headers).expect(200);
      });
    }
  });

  it('takes the origin of PUBLIC_URL for its own behind a proxy that names another host', async () => {
    const behind = await OssApp.start({ env: { PUBLIC_URL: 'https://openhands.example/base' } });
    try {
      const from = (origin: string) =>
        behind.request.post('/api/settings').set('Origin', origin).send({ agent: 'CodeActAgent' });
      await from('https://openhands.example').expect(200);
      await from('http://openhands.example').expect(403);
      await from('https://openhands.example.evil.example').expect(403);
    } finally {
      await behind.close();
    }
  });

  describe('the security headers', () => {
    it('let the page run nothing but its own files', async () => {
      const { headers } = await oss.request.get('/').expect(200);
      const policy = headers['content-security-policy'] ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /script-src 'self'(;|$)/);
      assert.ok(!policy.includes('unsafe'));
      assert.match(headers['x-content-type-options'] ?? '', /nosniff/);
    });

    it('ask for HTTPS only over HTTPS', async () => {
      const { headers } = await oss.request.get('/');
      assert.equal(headers['strict-transport-security'], undefined);
      const behind = await OssApp.start({ env: { TRUST_PROXY: 'loopback' } });
      try {
        await behind.request
          .get('/')
          .set('X-Forwarded-Proto', 'https')
          .expect('Strict-Transport-Security', /max-age=\d+/);
      } finally {
        await behind.close();
      }
    });
  });
});
