import express from 'express';
import type { Page } from 'playwright-core';
import { compose } from '../../lib/compose.ts';
import { inspector } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { Site } from '../inspector/watching.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

describe("the stack inspector's connection", () => {
  let visitor: Visitor;
  let page: Page;
  let end: () => void | Promise<void>;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(() => visitor.leave().finally(() => end()));

  it('says that the server is gone, and goes on by itself when it is back', async () => {
    const server = await Installation.enterprise({ STACK_INSPECTOR: '1' });
    end = () => server.remove();
    await page.goto(`${server.url}/stack`);
    await page.getByText('Live', { exact: true }).waitFor();
    await server.stopServer();
    await page.getByText('Connection lost').waitFor();
    await server.restart();
    await page.getByText('Live', { exact: true }).waitFor();
    // Its start has asked for /health.
    await fetch(`${server.url}/saas`);
    await page.locator('.request').filter({ hasText: '/saas' }).waitFor();
  });

  it('goes on by itself when a proxy has answered for a server that was away', async () => {
    const inspecting = inspector(compose({ base: [pass('one')] }));
    let away = true;
    const app = express();
    app.use('/stack/events', (_req, res, next) => {
      if (away) res.status(502).end();
      else next();
    });
    const site = await Site.open(app.use('/stack', inspecting));
    end = () => {
      inspecting.close();
      return site.close();
    };
    await page.goto(`${site.url}/stack/`);
    await page.getByText('Connection lost').waitFor();
    away = false;
    await page.getByText('Live', { exact: true }).waitFor();
  });

  it('no longer says whose requests alone it shows when it is connected to another process, which shows all', async () => {
    const alone = inspector(compose({ base: [pass('one')] }), { processName: 'worker 1' });
    const ofAll = inspector(compose({ base: [pass('one')] }));
    let inspecting = alone;
    const site = await Site.open(express().use('/stack', (...it) => inspecting(...it)));
    end = () => {
      for (const each of [alone, ofAll]) each.close();
      return site.close();
    };
    await page.goto(`${site.url}/stack/`);
    await page.getByText('Only what worker 1 has answered').waitFor();
    inspecting = ofAll;
    alone.drain();
    await page.getByText('Only what worker 1 has answered').waitFor({ state: 'hidden' });
  });
});
