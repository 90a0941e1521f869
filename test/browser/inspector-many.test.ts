/** Ten thousand requests: the page holds them all, draws those in sight, and can be used. */
import assert from 'node:assert/strict';
import express from 'express';
import type { Page } from 'playwright-core';
import { compose } from '../../lib/compose.ts';
import { type Inspector, inspector } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { eventually } from '../eventually.ts';
import { Site } from '../inspector/watching.ts';
import { Visitor } from './visitor.ts';

const MANY = 10_000;
const AT_ONCE = 20;

describe('the stack inspector with ten thousand requests', () => {
  let visitor: Visitor;
  let page: Page;
  let inspecting: Inspector;
  let site: Site;

  before(async function () {
    this.timeout(180_000);
    visitor = await Visitor.arrive();
    page = visitor.page;
    const stack = compose({ base: Array.from({ length: 12 }, (_, index) => pass(`step-${index}`)) });
    inspecting = inspector(stack);
    const app = express().use('/stack', inspecting).use(stack);
    app.get('/fails/*rest', (_req, res) => void res.status(503).end());
    app.use((_req, res) => void res.send('hello'));
    site = await Site.open(app);
    await page.goto(`${site.url}/stack/`);
    await page.getByText('Live', { exact: true }).waitFor();
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => ask(worker)));
    await page.getByText(`${MANY} requests`).waitFor({ timeout: 60_000 });
  });

  after(() =>
    visitor.leave().finally(() => {
      inspecting.close();
      return site.close();
    }),
  );

  async function ask(worker: number): Promise<void> {
    for (let number = worker; number < MANY; number += AT_ONCE) {
      await (await fetch(`${site.url}${number % 100 === 7 ? '/fails' : '/works'}/${number}`)).arrayBuffer();
    }
  }

  /** The page with its picture, its columns and the rows in sight. */
  function expectFewElements(): Promise<void> {
    return eventually(async () => {
      assert.ok((await page.evaluate<number>("document.querySelectorAll('*').length")) < 3_000);
      const rows = await page.locator('.request').count();
      assert.ok(rows > 5 && rows < 40, String(rows));
    });
  }

  it('draws only those in sight, at the top and at the end', async () => {
    await expectFewElements();
    await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
    await page.locator(`.request[aria-posinset="${MANY}"]`).waitFor();
    await expectFewElements();
    await page.evaluate('window.scrollTo(0, 0)');
    await page.locator('.request[aria-posinset="1"]').waitFor();
  });

  it('filters them, opens one and closes it', async () => {
    await page.getByLabel('Status', { exact: true }).fill('5xx');
    await page.getByText(`100 of ${MANY} requests`).waitFor();
    await page.getByLabel('Path, middleware or conflict').fill('fails/4207');
    await page.getByText(`1 of ${MANY} requests`).waitFor();
    // The others may still be drawn.
    const one = page
      .locator('.request')
      .filter({ has: page.locator('[title="/fails/4207"]') })
      .locator('.request-button');
    await one.click();
    await page.getByText('GET /fails/4207').waitFor();
    await one.click();
    await page.getByLabel('Path, middleware or conflict').fill('');
    await page.getByLabel('Status', { exact: true }).fill('');
  });

  it('keeps no more of them, when more come', async () => {
    for (let number = 0; number < 50; number++) await fetch(`${site.url}/more/${number}`);
    await page.locator('.request').filter({ hasText: '/more/49' }).waitFor();
    await page.getByText(`${MANY} requests`).waitFor();
    await page.getByLabel('Path, middleware or conflict').fill('/more/');
    await page.getByText(`50 of ${MANY} requests`).waitFor();
    await expectFewElements();
  });
});
