import assert from 'node:assert/strict';
import { connect } from 'node:net';
import express from 'express';
import { type TestApp, testApp, type TestAppOptions } from '../../lib/testing/index.ts';

describe('The names that the OSS edition answers to', () => {
  let app: TestApp | undefined;
  afterEach(() => app?.close());

  async function start(options: TestAppOptions = {}): Promise<TestApp> {
    app = await testApp('oss', options);
    return app;
  }

  /** The status line, and the body, of the answer to a request with exactly these lines. */
  async function ask(
    { url }: { url: string },
    ...lines: string[]
  ): Promise<{ status: number; body: string }> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return { status: Number(text.split(' ')[1]), body: text.slice(text.indexOf('\r\n\r\n') + 4) };
  }

  const settings = 'GET /api/options/config HTTP/1.1';

  it('are addresses and localhost, with any port', async () => {
    const oss = await start();
    for (const host of [
      'localhost',
      'localhost:3000',
      'LocalHost.',
      'oss.localhost:1',
      '127.0.0.1:3000',
      '192.168.1.7',
      '[::1]:3000',
      '[2001:db8::1]',
    ]) {
      assert.equal((await ask(oss, settings, `Host: ${host}`)).status, 200, host);
    }
  });

  it('are no others: a page whose name points here reads nothing and changes nothing', async () => {
    const oss = await start();
    for (const host of [
      'evil.example',
      'evil.example:3000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'notlocalhost',
      '2130706433',
      '0x7f.1',
    ]) {
      for (const line of [settings, 'GET / HTTP/1.1', 'GET /assets/x.js HTTP/1.1', 'GET /ready HTTP/1.1']) {
        const { status, body } = await ask(oss, line, `Host: ${host}`);
        assert.equal(status, 421, `${line} ${host}`);
        assert.deepEqual(JSON.parse(body), {
          error: 'This server does not answer to this name.',
          code: 'unknown_host',
        });
      }
      const post = await ask(
        oss,
        'POST /api/settings HTTP/1.1',
        `Host: ${host}`,
        `Origin: http://${host}`,
        'Sec-Fetch-Site: same-origin',
        'Content-Length: 0',
      );
      assert.equal(post.status, 421);
    }
  });

  it('are those of PUBLIC_URL and ALLOWED_HOSTS as well', async () => {
    const oss = await start({
      env: { PUBLIC_URL: 'https://Public.example:8443/base', ALLOWED_HOSTS: 'one.example, Two.example:81' },
    });
    for (const host of ['public.example:8443', 'public.example', 'one.example:3000', 'TWO.example']) {
      assert.equal((await ask(oss, settings, `Host: ${host}`)).status, 200, host);
    }
    for (const host of ['x.public.example', 'one.example.evil.example', 'wone.example']) {
      assert.equal((await ask(oss, settings, `Host: ${host}`)).status, 421, host);
    }
  });

  it('are asked of the Host that a browser sends, and of what a trusted proxy was asked for', async () => {
    const oss = await start({ env: { TRUST_PROXY: 'loopback', ALLOWED_HOSTS: 'own.example' } });
    const forwarded = (host: string, asked: string) =>
      ask(oss, settings, `Host: ${host}`, `X-Forwarded-Host: ${asked}`);
    assert.equal((await forwarded('127.0.0.1:3000', 'own.example')).status, 200);
    assert.equal((await forwarded('127.0.0.1:3000', 'evil.example')).status, 421);
    assert.equal((await forwarded('evil.example', 'own.example')).status, 421);
  });

  it('have to be names: no Host, or one that is none, is 400', async () => {
    const oss = await start();
    for (const lines of [
      ['GET /api/options/config HTTP/1.0'],
      [settings, 'Host: '],
      [settings, 'Host: a b'],
      [settings, 'Host: localhost/evil'],
      [settings, 'Host: user@localhost'],
      [settings, 'Host: localhost:port'],
      [settings, 'Host: ::1'],
    ]) {
      assert.equal((await ask(oss, ...lines)).status, 400, lines.join());
    }
  });

  it('are not asked for by load balancers, which know no Host in HTTP/1.0', async () => {
    const oss = await start();
    for (const path of ['/health', '/alive', '/ready']) {
      assert.equal((await ask(oss, `GET ${path} HTTP/1.0`)).status, 200, path);
    }
  });

  it("are the host's business for the host's routes, and are told by it for those of a mounted edition", async () => {
    const oss = await start({
      allowedHosts: ['app.example'],
      mount: (edition) =>
        express()
          .use(edition)
          .get('/mine', (_req, res) => void res.send('mine')),
    });
    assert.equal((await ask(oss, 'GET /mine HTTP/1.1', 'Host: anything.example')).status, 200);
    assert.equal((await ask(oss, 'GET /mine HTTP/1.0')).status, 200);
    assert.equal((await ask(oss, settings, 'Host: app.example')).status, 200);
    assert.equal((await ask(oss, settings, 'Host: anything.example')).status, 421);
  });

  it('do not matter to the Enterprise edition, but signing in needs one', async () => {
    app = await testApp('enterprise');
    assert.equal((await ask(app, settings, 'Host: anything.example')).status, 200);
    const signIn = await ask(app, 'GET /oauth/github/authorize HTTP/1.1', 'Host: anything.example');
    assert.equal(signIn.status, 302);
    for (const lines of [
      ['GET /oauth/github/authorize HTTP/1.0'],
      ['GET /oauth/github/authorize HTTP/1.1', 'Host: '],
      ['GET /oauth/github/callback?code=1 HTTP/1.0'],
      ['GET /oauth/github/authorize HTTP/1.1', 'Host: evil.example/path'],
    ]) {
      const { status, body } = await ask(app, ...lines);
      assert.equal(status, 400, lines.join());
      assert.match(body, /"code":"bad_request"/);
    }
  });
});
