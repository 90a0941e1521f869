/** Both editions in the app of a host that has assets, parsers, sessions and routers of its own. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import type { Reach } from '../../lib/index.ts';
import { type TestApp, testApp } from '../../lib/testing/index.ts';
import { express4 } from '../express-messages/express-versions.ts';
import { hostWith, type Way, WAYS } from './mounted-host.ts';

const PROXIED = {
  'X-Forwarded-For': '198.51.100.7',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'shop.localhost',
};

/** What the host does not say twice alike. */
function lasting(headers: Record<string, unknown>): Record<string, unknown> {
  const { date: _date, 'set-cookie': _cookie, ...rest } = headers;
  return rest;
}

for (const edition of ['oss', 'enterprise'] as const) {
  describe(`The ${edition} edition in a host's app`, () => {
    let app: TestApp | undefined;

    async function mount(options: { way?: Way; reach?: Reach; env?: Record<string, string> } = {}) {
      const { way, ...rest } = options;
      app = await testApp(edition, { ...rest, mount: (mounted) => hostWith(mounted, way) });
      return supertest(app.url);
    }
    afterEach(async () => {
      await app?.close();
      app = undefined;
    });

    /** A visitor who may use what is under `/api`. */
    async function visitor() {
      const agent = app!.agent();
      return edition === 'enterprise' ? agent.signIn('octocat') : agent;
    }

    it('adds no header to the addresses of the host, and leaves it its own', async () => {
      const request = await mount();
      const alone = supertest(hostWith());
      for (const path of ['/assets/app.css', '/page', '/assets/gone.js', '/gone', '/health/gone']) {
        const [without, behind] = [await alone.get(path), await request.get(path)];
        assert.equal(behind.status, without.status, path);
        assert.deepEqual(lasting(behind.headers), lasting(without.headers), path);
        assert.equal(behind.text, without.text, path);
      }
      const here = await (await visitor()).get('/api/mine').expect(200);
      const there = await alone.get('/api/mine').set('Cookie', `visit=${String(here.body.visit)}`);
      assert.deepEqual(lasting(here.headers), lasting(there.headers));
    });

    it('does not write the requests of the host into its log, and counts none of them', async () => {
      const request = await mount({ env: { RATE_LIMIT: '1/hour' } });
      for (let n = 0; n < 30; n++) await request.get('/page').expect(200);
      assert.deepEqual(
        app!.log.filter((line) => line.includes('"msg":"request"')),
        [],
      );
      await request.get('/api/options/config').expect(200).expect('RateLimit', /./);
      assert.equal(app!.log.filter((line) => line.includes('"msg":"request"')).length, 1);
    });

    it('answers no preflight of the host, and grants nothing at its addresses', async () => {
      const request = await mount();
      const { headers } = await request.options('/page').set({
        Origin: 'http://localhost:5173',
        'Access-Control-Request-Method': 'POST',
      });
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.equal(headers.vary, undefined);
    });

    it('speaks for its own addresses as it does alone', async () => {
      const request = await mount();
      const { text } = await request.get('/api/docs');
      const style = `/api/${/href="(docs\/[^"]+)"/.exec(text)![1]}`;
      for (const path of ['/api/options/config', '/API/Options/Config/', '/health', '/api/docs', style]) {
        const { headers } = await request.get(path).expect(200);
        assert.match(headers['cache-control']!, path === style ? /immutable/ : /no-store/, path);
        assert.equal(headers['x-frame-options'], 'SAMEORIGIN', path);
        assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path);
        assert.ok(headers['x-request-id'], path);
      }
    });

    it('speaks for the files of a page that it serves, and for no others', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'page-'));
      await mkdir(join(folder, 'assets'));
      await writeFile(join(folder, 'index.html'), '<!doctype html>');
      await writeFile(join(folder, 'assets', 'client.js'), 'export {};');
      app = await testApp(edition, {
        page: true,
        env: { FRONTEND_DIRECTORY: folder },
        mount: (mounted) => hostWith(mounted),
      });
      const request = supertest(app.url);
      for (const [path, policy] of [
        ['/', /no-store/],
        ['/index.html', /no-store/],
        ['/assets/client.js', /max-age=2592000, immutable/],
      ] as const) {
        const { headers } = await request.get(path).expect(200).expect('Cache-Control', policy);
        assert.equal(headers['x-frame-options'], 'SAMEORIGIN', path);
      }
      const { headers } = await request.get('/assets/app.css').expect(200);
      assert.equal(headers['cache-control'], 'public, max-age=60');
      assert.equal(headers['x-frame-options'], undefined);
      await rm(folder, { recursive: true });
    });

    it('leaves the bodies of the host to the parsers of the host', async () => {
      await mount();
      const agent = await visitor();
      const long = 'x'.repeat(200_000);
      for (const path of ['/mine', '/api/mine']) {
        const { body } = await agent.post(path).send({ long }).expect(200);
        assert.equal(body.body.long.length, long.length, path);
        await agent.post(path).type('text').send('plain').expect(200, { body: 'plain' });
      }
    });

    it('goes as far as its host says', async () => {
      let request = await mount({ reach: 'api' });
      assert.equal((await request.get('/page')).headers['x-frame-options'], undefined);
      const { headers } = await request.get('/api/mine');
      assert.equal(headers['x-frame-options'], 'SAMEORIGIN');
      assert.match(headers['cache-control']!, /no-store/);
      await app!.close();

      request = await mount({ reach: 'all' });
      assert.equal((await request.get('/page')).headers['x-frame-options'], 'SAMEORIGIN');
    });

    it("in an app of Express 4 knows the port of the host's address, and what is its own origin", async () => {
      app = await testApp(edition, { mount: (mounted) => express4().use(mounted) });
      const request = supertest(app.url);
      const own = { Origin: app.url, 'Sec-Fetch-Site': 'same-origin' };
      await request.post('/api/logout').set(own).expect(200);
      const elsewhere = { Origin: 'https://127.0.0.1', 'Sec-Fetch-Site': 'same-site' };
      await request
        .post('/api/logout')
        .set(elsewhere)
        .expect(edition === 'oss' ? 200 : 403);
      if (edition === 'enterprise') {
        const { headers } = await request.get('/oauth/github/authorize').expect(302);
        const redirectUri = new URL(headers.location!).searchParams.get('redirect_uri');
        assert.equal(redirectUri, `${app.url}/oauth/github/callback`);
      }
    });

    for (const [name, way] of Object.entries(WAYS)) {
      it(`through ${name} gives the host its requests back, and goes by the proxies that it trusts`, async () => {
        const request = await mount({ way, env: { RATE_LIMIT: '1/hour' } });
        const { body } = await request.get('/who').set(PROXIED).expect(200);
        assert.deepEqual(body, {
          ip: '198.51.100.7',
          secure: true,
          protocol: 'https',
          host: 'shop.localhost',
          mine: true,
        });
        // As many as there are addresses, so the edition tells them apart as well.
        for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
          const { headers } = await request
            .get('/api/options/config')
            .set({ ...PROXIED, 'X-Forwarded-For': address })
            .expect(200);
          assert.match(headers['strict-transport-security']!, /max-age/);
        }
        if (edition === 'enterprise') {
          const { headers } = await request.get('/oauth/github/authorize').set(PROXIED).expect(302);
          const redirectUri = new URL(headers.location!).searchParams.get('redirect_uri');
          assert.equal(redirectUri, 'https://shop.localhost/oauth/github/callback');
          assert.match(String(headers['set-cookie']), /; Secure/);
        }
      });
    }
  });
}
