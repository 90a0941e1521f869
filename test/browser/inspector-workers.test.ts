/** The page of a server with several processes, of which each had some of the requests. */
import assert from 'node:assert/strict';
import express from 'express';
import type { Page } from 'playwright-core';
import { compose } from '../../lib/compose.ts';
import { type Inspector, inspector } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { LinkedProcess } from '../inspector/linked-process.ts';
import { Site } from '../inspector/watching.ts';
import { Visitor } from './visitor.ts';

describe('the stack inspector of a server with workers', () => {
  let visitor: Visitor;
  let page: Page;
  const inspectors: Inspector[] = [];
  const sites: Site[] = [];

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
    const processes: LinkedProcess[] = [];
    for (const processId of [1, 2]) {
      const others = new LinkedProcess(processId, processes);
      processes.push(others);
      const stack = compose({ base: [pass('first')] });
      const inspecting = inspector(stack, { processName: `worker ${processId}`, others });
      inspectors.push(inspecting);
      const app = express().use('/stack', inspecting).use(stack);
      app.use((_req, res) => void res.send('hello'));
      sites.push(await Site.open(app));
    }
  });

  afterEach(() =>
    visitor.leave().finally(async () => {
      for (const inspecting of inspectors.splice(0)) inspecting.close();
      for (const site of sites.splice(0)) await site.close();
    }),
  );

  const row = (path: string) => page.locator('.request').filter({ hasText: path });
  const ask = async (worker: 1 | 2, path: string) => (await fetch(sites[worker - 1]!.url + path)).text();

  it('shows the requests of all, each with its worker, and finds one by it', async () => {
    await ask(2, '/before');
    await page.goto(`${sites[0]!.url}/stack/`);
    await row('/before').getByText('worker 2').waitFor();
    await ask(1, '/mine');
    await row('/mine').getByText('worker 1').waitFor();
    await ask(2, '/theirs');
    await row('/theirs').getByText('worker 2').waitFor();
    assert.ok(await page.locator('#process').isHidden());

    await page.getByRole('searchbox').fill('worker 2');
    await row('/mine').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.request').count(), 2);
    await row('/theirs').getByRole('button').first().click();
    await page.getByText(/ to worker 2 and was answered with 200/).waitFor();
    await visitor.expectAccessibleInEveryFormat('inspector-of-workers');
  });

  it('leads by its address to a request, whichever worker is asked', async () => {
    await ask(2, '/theirs');
    await page.goto(`${sites[0]!.url}/stack/`);
    await row('/theirs').getByRole('button').first().click();
    await page.getByText(/ to worker 2 and was answered with 200/).waitFor();
    const { hash } = new URL(page.url());
    await page.goto(`${sites[1]!.url}/stack/${hash}`);
    await page.getByText(/ to worker 2 and was answered with 200/).waitFor();
  });
});
