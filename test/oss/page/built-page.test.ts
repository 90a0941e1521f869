import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import supertest from 'supertest';
import { bundlePage } from '../../../build/page.ts';
import { compressedAssets } from '../../../lib/oss/page/compressed-assets.ts';
import { pageDocument } from '../../../lib/oss/page/page-document.ts';
import { staticRoutes } from '../../../lib/oss/routes/static.ts';

describe('the page as it is built', () => {
  let directory: string;
  let html: string;
  const page = () => {
    const facts = () => ({ github: 'https://github.com', inspector: undefined });
    const { router } = staticRoutes(directory, [
      pageDocument({ directory, facts }),
      compressedAssets(directory),
    ]);
    return supertest(express().use(router));
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'built-page-'));
    await bundlePage('page', directory);
    ({ text: html } = await page().get('/').expect(200));
  });
  after(() => rm(directory, { recursive: true }));

  it('asks for one script and one style, which are named after their content', async () => {
    const loaded = [...html.matchAll(/(?:src|href)="(\.\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path);
    assert.equal(loaded.length, 2, loaded.join());
    for (const path of loaded) assert.match(path ?? '', /^\.\/assets\/\w+-[A-Z0-9]{8}\.(js|css)$/);
    const scripts = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.js'));
    assert.equal(scripts.length, 1);
    const { text } = await page().get(`/assets/${scripts[0]?.split(/[/\\]/).at(-1) ?? ''}`);
    assert.doesNotMatch(text, /\bimport\b[^.(]*from|\bimport\(/, 'it loads nothing more');
  });

  it('is compressed for those who take it so, and whole for the others', async () => {
    for (const [, path = ''] of html.matchAll(/"\.(\/assets\/[^"]+)"/g)) {
      const type = path.endsWith('.js') ? /javascript/ : /css/;
      const whole = await page().get(path).set('Accept-Encoding', 'identity').expect(200);
      assert.equal(whole.headers['content-encoding'], undefined);
      assert.equal(whole.headers.vary, 'Accept-Encoding');
      for (const [accepted, encoding] of [
        ['gzip, deflate, br', 'br'],
        ['gzip', 'gzip'],
        ['br;q=0, gzip', 'gzip'],
      ] as const) {
        const head = await page().head(path).set('Accept-Encoding', accepted).expect(200);
        assert.equal(head.headers['content-encoding'], encoding, accepted);
        assert.match(head.headers['content-type'] ?? '', type);
        assert.ok(Number(head.headers['content-length']) < Number(whole.headers['content-length']) / 2);
      }
      const { text } = await page().get(path).set('Accept-Encoding', 'gzip').expect(200);
      assert.equal(text, whole.text);
    }
  });

  it('has nothing for what is no asset of its own', async () => {
    for (const path of ['/assets/gone.js', '/assets/', '/assets/..%2findex.html', '/assets/app.js'])
      await page().get(path).set('Accept-Encoding', 'br').expect(404);
  });

  it('takes no other methods on its assets', async () => {
    const [, path = ''] = /"\.(\/assets\/[^"]+)"/.exec(html) ?? [];
    await page().post(path).expect(405);
  });
});
