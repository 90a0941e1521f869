/** What the page of the inspector is made of in the package: the sources are many files, and this is not. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import supertest from 'supertest';
import { bundlePage } from '../../build/page.ts';
import { readPageFiles } from '../../lib/inspector/page-files.ts';
import { sendPageFile } from '../../lib/inspector/send-page-file.ts';

describe("The inspector's page as it is built", () => {
  let directory: string;
  let html: string;
  const page = () => {
    const files = readPageFiles(directory);
    return supertest(
      express().use((req, res, next) => {
        const file = files.get(req.path);
        if (file === undefined) next();
        else sendPageFile(req, res.setHeader('Cache-Control', 'no-store'), file);
      }),
    );
  };
  const assets = () => [...html.matchAll(/"\.(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'built-inspector-'));
    await bundlePage('inspector/page', directory);
    ({ text: html } = await page().get('/').expect(200).expect('Cache-Control', 'no-store'));
  });
  after(() => rm(directory, { recursive: true }));

  it('asks for one script and one style, which a browser may keep for a year, and nobody else', async () => {
    const kinds = assets().map((path) => path.replace(/^\/assets\/\w+-[A-Z0-9]{8}/, ''));
    assert.deepEqual(kinds.sort(), ['.css', '.js'], html);
    assert.equal(html.match(/<(script|link rel="stylesheet")/g)?.length, 2);
    for (const path of assets()) {
      const { text } = await page()
        .get(path)
        .expect(200)
        .expect('Cache-Control', 'private, max-age=31536000, immutable');
      assert.doesNotMatch(text, /\bimport\b[^.(]*from|\bimport\(|@import/, 'it loads nothing more');
    }
  });

  it('is compressed for those who take it so, and whole for the others', async () => {
    for (const path of assets()) {
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
        assert.equal(head.headers['content-type'], whole.headers['content-type']);
        assert.ok(Number(head.headers['content-length']) < Number(whole.headers['content-length']) / 2);
      }
      const { text } = await page().get(path).set('Accept-Encoding', 'gzip').expect(200);
      assert.equal(text, whole.text);
    }
  });

  it('has its picture and its map, and nothing else', async () => {
    await page().get('/icon.svg').expect(200).expect('Content-Type', 'image/svg+xml');
    for (const path of assets()) await page().get(`${path}.map`).expect(200);
    for (const path of [
      '/main.js',
      '/assets/',
      '/assets/gone.js',
      '/assets/..%2findex.html',
      `${assets()[0]}.br`,
    ])
      await page().get(path).expect(404);
  });
});
