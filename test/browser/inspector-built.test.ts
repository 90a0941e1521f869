/** The page of the inspector as the package has it, over the same feed as its sources. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { bundlePage } from '../../build/page.ts';
import { compose } from '../../lib/compose.ts';
import { setAnswerHeaders } from '../../lib/inspector/answer-headers.ts';
import { inspector } from '../../lib/inspector/index.ts';
import { readPageFiles } from '../../lib/inspector/page-files.ts';
import { sendPageFile } from '../../lib/inspector/send-page-file.ts';
import { pass } from '../compose/pass.ts';
import { Site } from '../inspector/watching.ts';
import { Visitor } from './visitor.ts';

describe('the page of the stack inspector as it is built', () => {
  it('asks for one script and one style, once, and shows what happens', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'built-inspector-'));
    await bundlePage('inspector/page', directory);
    const files = readPageFiles(directory);
    const stack = compose({ base: [pass('tenant', {})] });
    const inspecting = inspector(stack);
    const asked: string[] = [];
    const app = express();
    app.use('/stack', (req, res, next) => {
      asked.push(req.path);
      const file = files.get(req.path);
      setAnswerHeaders(res);
      if (file === undefined) next();
      else sendPageFile(req, res, file);
    });
    app.use('/stack', inspecting).use(stack);
    app.use((_req, res) => void res.send('hello'));
    const site = await Site.open(app);
    const visitor = await Visitor.arrive();
    try {
      const { page } = visitor;
      for (let visit = 0; visit < 2; visit++) {
        await page.goto(`${site.url}/stack/`);
        await page.getByText('Live', { exact: true }).waitFor();
      }
      await (await fetch(`${site.url}/a`)).text();
      await page.locator('.request').getByText('/a').waitFor();
      const loaded = asked.filter((path) => path.startsWith('/assets/'));
      assert.deepEqual(loaded.map((path) => path.replace(/-.*\./, '.')).sort(), [
        '/assets/main.js',
        '/assets/style.css',
      ]);
      const others = asked.filter((path) => !loaded.includes(path) && path !== '/icon.svg');
      assert.deepEqual(new Set(others), new Set(['/', '/outline', '/events']));
    } finally {
      await visitor.leave().finally(() => {
        inspecting.close();
        return Promise.all([site.close(), rm(directory, { recursive: true })]);
      });
    }
  });
});
