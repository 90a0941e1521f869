import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyMiddleware } from 'http-proxy-middleware';
import i18next from 'i18next';
import { handle, LanguageDetector } from 'i18next-http-middleware';
import { declarations } from '../../../lib/compose.ts';
import { get, shows } from './shows.ts';
import { watchHandler } from './watch-handler.ts';

describe('The ready declarations of what finds another to answer, or a language to answer in', () => {
  let target: Server;
  let address: string;

  before(async () => {
    target = createServer((req, res) => {
      if (req.url === '/api/broken') req.socket.end('no HTTP at all\r\n\r\n');
      else res.end('from the target');
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    address = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  });
  after(() => void target.close());

  it('say of http-proxy-middleware what it does', async () => {
    const away = createServer().listen(0, '127.0.0.1');
    await once(away, 'listening');
    const nobody = `http://127.0.0.1:${(away.address() as AddressInfo).port}`;
    await new Promise((resolve) => away.close(resolve));
    const proxies = [address, nobody].map((to) => createProxyMiddleware({ target: to, pathFilter: '/api' }));
    const doings = await watchHandler(proxies, [get(), get('/api'), get('/api/broken')]);
    assert.deepEqual(doings, {
      keys: [],
      headers: [],
      ends: declarations.httpProxyMiddleware.ends,
      fails: [],
    });
  });

  const languages = i18next.createInstance().use(LanguageDetector);
  void languages.init({
    fallbackLng: 'en',
    resources: { en: { translation: { hello: 'Hello' } } },
    showSupportNotice: false,
  });
  shows(
    declarations.i18nextHttpMiddleware,
    [handle(languages)],
    [get('/', { 'Accept-Language': 'en' }), get('/?lng=en')],
  );
});
