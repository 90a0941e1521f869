import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { OssApp } from './oss-app.ts';

/** What Chromium accepts where a person goes. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const NEVER = 'no-cache, no-store, must-revalidate, max-age=0';

describe('the built-in page', () => {
  let oss: OssApp;
  before(async () => {
    oss = await OssApp.start();
  });
  after(() => oss.close());

  it('is served, and not kept', async () => {
    const { text } = await oss.request.get('/').expect(200).expect('Cache-Control', NEVER);
    assert.match(text, /<!doctype html>/i);
    await oss.request
      .get('/app.js')
      .expect(200)
      .expect('Content-Type', /javascript/);
    await oss.request.get('/style.css').expect(200).expect('Content-Type', /css/);
  });

  it('knows which GitHub it is for, and says nothing of the stack where that cannot be seen', async () => {
    for (const path of ['/', '/index.html']) {
      const { text } = await oss.request.get(path).expect(200);
      assert.ok(text.includes(`<meta name="openhands:github" content="${oss.github.url}">`));
      assert.doesNotMatch(text, /openhands:inspector/);
    }
  });

  it('is sent compressed to those who take it so, and has no body for HEAD', async () => {
    const whole = await oss.request.get('/').set('Accept-Encoding', 'identity').expect(200);
    const { text, headers } = await oss.request.get('/').set('Accept-Encoding', 'gzip').expect(200);
    assert.equal(headers['content-encoding'], 'gzip');
    assert.match(headers.vary ?? '', /Accept-Encoding/);
    assert.equal(text, whole.text);
    await oss.request.head('/').expect(200).expect('Content-Type', 'text/html; charset=utf-8');
  });

  it('shows a page to a person at an address where there is nothing', async () => {
    for (const [path, start] of [
      ['/nothing', './'],
      ['/not/here/', '../../'],
      ['/a/b?c', '../'],
    ] as const) {
      const { text, headers } = await oss.request.get(path).set('Accept', BROWSER).expect(404);
      assert.match(headers['content-type'] ?? '', /^text\/html/);
      assert.equal(headers['cache-control'], NEVER);
      assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/);
      assert.match(headers.vary ?? '', /Accept/);
      assert.ok(text.includes(`href="${start}"`) && text.includes(`href="${start}style.css"`), path);
    }
    await oss.request.head('/nothing').set('Accept', BROWSER).expect(404).expect('Content-Type', /html/);
  });

  it('tells programs in JSON that there is nothing, and everybody at the addresses of the API', async () => {
    for (const [path, accept] of [
      ['/nothing', '*/*'],
      ['/nothing', 'application/json'],
      ['/api/nothing', BROWSER],
      ['/oauth/nothing', BROWSER],
      ['/assets/gone.js', BROWSER],
      ['/.env', BROWSER],
    ] as const) {
      const { body } = await oss.request.get(path).set('Accept', accept).expect(404);
      assert.equal(body.code, 'not_found', path);
    }
    const { body } = await oss.request.post('/nothing').set('Accept', BROWSER).expect(404);
    assert.equal(body.code, 'not_found');
  });
});

describe('the built-in page beside a stack inspector', () => {
  it('leads to it those who may see it, and nobody else', async () => {
    const oss = await OssApp.start({ env: { STACK_INSPECTOR: '1' } });
    try {
      const { text } = await oss.request.get('/').expect(200);
      assert.match(text, /<meta name="openhands:inspector" content="stack">/);
      const proxied = await oss.request.get('/').set('X-Forwarded-For', '192.0.2.1').expect(200);
      assert.doesNotMatch(proxied.text, /openhands:inspector/);
    } finally {
      await oss.close();
    }
  });
});

describe('a built client in FRONTEND_DIRECTORY', () => {
  let oss: OssApp;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'frontend-'));
    await mkdir(join(directory, 'assets'));
    await mkdir(join(directory, '.git'));
    await writeFile(join(directory, 'index.html'), '<!doctype html><title>client</title>');
    await writeFile(join(directory, 'assets', 'app-1a2b.js'), 'export {};');
    await writeFile(join(directory, '.env'), 'SECRET=1');
    await writeFile(join(directory, '.git', 'config'), 'SECRET=1');
    oss = await OssApp.start({ env: { FRONTEND_DIRECTORY: directory } });
  });
  after(async () => {
    await oss.close();
    await rm(directory, { recursive: true });
  });

  it('is served at / and at every view of its own', async () => {
    for (const path of ['/', '/settings', '/conversations/12.5', '/index.html']) {
      const { text } = await oss.request.get(path).expect(200).expect('Cache-Control', NEVER);
      assert.match(text, /<title>client/);
    }
    await oss.request.head('/settings').expect(200);
  });

  it('has assets that browsers may keep, and ask about', async () => {
    const { headers } = await oss.request
      .get('/assets/app-1a2b.js')
      .expect(200)
      .expect('Cache-Control', 'public, max-age=2592000, immutable');
    assert.equal(headers.pragma, undefined);
    await oss.request
      .get('/assets/app-1a2b.js')
      .set('If-None-Match', headers.etag ?? '')
      .expect(304);
  });

  it('says in JSON that a file cannot be sent as somebody wants it', async () => {
    for (const path of ['/assets/app-1a2b.js', '/', '/settings']) {
      for (const [header, value, status] of [
        ['If-Match', '"other"', 412],
        ['If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 412],
        ['Range', 'bytes=9000-', 416],
      ] as const) {
        const { body, headers } = await oss.request
          .get(path)
          .set(header, value)
          .expect(status)
          .expect('Content-Type', 'application/json; charset=utf-8')
          .expect('Cache-Control', NEVER);
        assert.equal(body.code, 'bad_request', path);
        assert.equal(headers.etag, undefined);
        assert.equal(headers['content-range'] !== undefined, status === 416);
      }
    }
  });

  it('is no Socket.IO server', async () => {
    for (const path of ['/socket.io/?EIO=4&transport=polling', '/socket.io', '/Socket.IO/x']) {
      const { body } = await oss.request.get(path).expect(404);
      assert.equal(body.code, 'not_found');
    }
    await oss.request.get('/socket.iodine').expect(200);
  });

  it('has no page, least of all one to keep, for an asset that is not there', async () => {
    await oss.request.get('/assets/gone.js').expect(404).expect('Cache-Control', NEVER);
  });

  it('has no views under /api, /oauth and /integration', async () => {
    for (const path of ['/api', '/api/nothing', '/API/nothing', '/oauth/x', '/integration/x']) {
      const { body } = await oss.request.get(path).expect(404);
      assert.equal(body.code, 'not_found');
    }
    await oss.request.get('/apiary').expect(200);
  });

  it('takes no other methods on its files, and says which it takes', async () => {
    for (const path of ['/', '/index.html', '/assets/app-1a2b.js']) {
      const { body } = await oss.request.post(path).expect(405).expect('Allow', 'GET, HEAD, OPTIONS');
      assert.equal(body.code, 'method_not_allowed');
      await oss.request.options(path).expect(204).expect('Allow', 'GET, HEAD, OPTIONS');
    }
  });

  it('has no views for other methods, and no methods where there is no view', async () => {
    await oss.request.post('/settings').expect(404);
    for (const path of ['/api/nothing', '/assets/gone.js', '/assets', '/.env', '/.git/config', '/%ff']) {
      await oss.request.post(path).expect(/"code":"(not_found|bad_request)"/);
      await oss.request.options(path).expect(/"code":"(not_found|bad_request)"/);
    }
  });

  it('keeps hidden files and everything outside to itself', async () => {
    for (const path of ['/.env', '/%2eenv', '/.git/config', '/assets/..%2f.env', '/..%2f..%2fetc%2fpasswd']) {
      const { status, text } = await oss.request.get(path);
      assert.equal(status, 404, path);
      assert.ok(!text.includes('SECRET'), path);
    }
  });

  it('may bring scripts of its own, but nobody else may frame it', async () => {
    const { headers } = await oss.request.get('/');
    const policy = headers['content-security-policy'] ?? '';
    assert.ok(!policy.includes('script-src'));
    assert.match(policy, /frame-ancestors 'self'/);
  });

  it('is missed at the start, not at the first request', async () => {
    await assert.rejects(
      OssApp.start({ env: { FRONTEND_DIRECTORY: join(directory, 'assets') } }),
      new ConfigurationError('FRONTEND_DIRECTORY must be a folder with an index.html, or be left unset.'),
    );
  });
});
