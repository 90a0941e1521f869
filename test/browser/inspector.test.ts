import assert from 'node:assert/strict';
import express, { Router } from 'express';
import type { Page } from 'playwright-core';
import { compose, composeRoutes, defineRoutes, type StackOutline } from '../../lib/compose.ts';
import { type Inspector, inspector, type InspectorOutline } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { eventually } from '../eventually.ts';
import { Site } from '../inspector/watching.ts';
import { drawn } from './drawn.ts';
import { Installation } from './installation.ts';
import { FORMATS, Visitor } from './visitor.ts';

import '../compose/state-keys.ts';

const card = (page: Page, name: string) => page.locator('li .card:not(.ghost)').filter({ hasText: name });
const requests = (page: Page) => page.locator('.request:not([hidden])');

const scrollToRequests = (page: Page) => page.evaluate("document.getElementById('text').scrollIntoView()");

/** Only what is in sight is there, as soon as it is drawn. */
const expectRequests = (page: Page, count: number) =>
  eventually(async () => assert.equal(await requests(page).count(), count));

/** Somebody who works with the server while another looks at its stack; their page asks for nothing any more. */
async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
  await page.getByRole('button', { name: 'octocat' }).click();
  await page.getByText(/^Page 1 of/).waitFor();
  await page.getByLabel('Installation').waitFor();
  await page.locator('#person').getByRole('link', { name: 'octocat' }).waitFor();
}

function call(page: Page, path: string, body?: object): Promise<number> {
  return page.evaluate(
    async ([path, body]) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      return (await fetch(path, body === '' ? {} : init)).status;
    },
    [path, body === undefined ? '' : JSON.stringify(body)] as const,
  );
}

describe('the stack inspector at every width', () => {
  let visitor: Visitor;
  let page: Page;
  let inspecting: Inspector;
  let site: Site;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
    const stack = compose({ base: [pass('first', {})] });
    inspecting = inspector(stack, { processName: 'worker 2' });
    const app = express().use('/stack', inspecting).use(stack);
    app.use((_req, res) => void res.send('hello'));
    site = await Site.open(app);
    await page.goto(`${site.url}/stack/`);
    await page.getByText('Live', { exact: true }).waitFor();
  });

  afterEach(() =>
    visitor.leave().finally(() => {
      inspecting.close();
      return site.close();
    }),
  );

  const headings = () => page.locator('main h2').allInnerTexts();

  it('has the requests before the plan where one has to scroll, for a screen reader and the eye alike', async () => {
    for (const width of [1440, 768, 360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const order = width < 1080 ? ['Requests', 'The plan'] : ['The plan', 'Requests'];
      await page.locator('main section:first-child').getByRole('heading', { name: order[0]! }).waitFor();
      assert.deepEqual(await headings(), order, `at ${width}`);
      await eventually(async () => {
        const [plan, requests] = await Promise.all(
          ['#plan', '#requests'].map((id) => page.locator(id).boundingBox()),
        );
        assert.equal(plan!.y > requests!.y, width < 1080, `at ${width}`);
      });
    }
  });

  it('leads from the requests to the plan and back where one has to scroll, and keeps its address', async () => {
    const link = (name: string) => page.getByRole('link', { name, exact: true });
    assert.ok(await link('The plan').isHidden());
    await page.setViewportSize({ width: 360, height: 600 });
    const address = () => page.evaluate<string>('location.href');
    const before = await address();
    for (const [name, id] of [
      ['The plan', 'plan'],
      ['Requests', 'requests'],
    ] as const) {
      await link(name).click();
      await page.locator(`#${id}:focus`).waitFor();
    }
    assert.equal(await address(), before);
  });

  it('says whose requests it shows, where other processes answer as well', async () => {
    await page.getByText('Only what worker 2 has answered').waitFor();
    await visitor.expectAccessibleInEveryFormat('inspector-of-a-worker');
  });
});

describe('the stack inspector of the Enterprise edition', () => {
  let server: Installation;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    server = await Installation.enterprise({ STACK_INSPECTOR: '1' });
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(() => visitor.leave().finally(() => server.remove()));

  async function open(): Promise<void> {
    await page.goto(`${server.url}/stack`);
    await page.getByText('Live', { exact: true }).waitFor();
  }

  it('shows the layers as lanes, the outermost first, and strikes through who is overridden', async () => {
    await open();
    // The picture is drawn as soon as its width is known.
    await card(page, 'require-user').waitFor();
    assert.deepEqual(await page.locator('.lane-title').allInnerTexts(), ['enterprise', 'oss']);
    assert.deepEqual(await page.locator('.ghost s').allInnerTexts(), ['cors', 'host', 'rate-limit']);
    assert.deepEqual(await page.locator('.key-name s').allInnerTexts(), ['github_token']);
    const expectInLane = (lane: number, name: string) =>
      eventually(async () => {
        const [box, around] = await Promise.all([
          card(page, name).first().boundingBox(),
          page.locator('.lane').nth(lane).boundingBox(),
        ]);
        assert.ok(box!.x >= around!.x && box!.x + box!.width <= around!.x + around!.width, name);
      });
    await expectInLane(0, 'require-user');
    await expectInLane(1, 'github-token');
  });

  it('says why a middleware stands where it does, to the pointer and to the keyboard alike', async () => {
    await open();
    await card(page, 'require-user').hover();
    const why = page.getByRole('tooltip');
    await why.getByText('reads github_user_id, which github-user writes').waitFor();
    await page.keyboard.press('Escape');
    await why.waitFor({ state: 'hidden' });

    await page.mouse.move(0, 0);
    await card(page, 'settings').focus();
    await why.getByText('require-user asks to run before it').waitFor();
    assert.equal(await card(page, 'settings').getAttribute('aria-describedby'), await why.getAttribute('id'));
    await page.keyboard.press('Tab');
    await eventually(async () => assert.match(await why.innerText(), /^github-token oss/));
  });

  it('shows which edition answers what, through what, and strikes through what is replaced', async () => {
    await open();
    const routes = page.locator('#routes');
    await routes.locator('summary').click();
    assert.match(await routes.locator('summary').innerText(), /^\d+ routes in 2 layers$/);
    const rows = routes.locator('tbody tr');
    await rows.first().waitFor();
    const row = (text: string) => rows.filter({ hasText: text });
    assert.match(
      await row('/oauth/github/authorize').first().innerText(),
      /^GET\s.*through refusePrefetch\s/s,
    );
    const logout = row('/api/logout').filter({ hasText: 'POST' }).first();
    assert.match(await logout.innerText(), /in the place of POST \/api\/logout \(oss\)\s+enterprise\s/);
    const replaced = rows.filter({ has: page.locator('s') });
    assert.deepEqual(await replaced.locator('s').allInnerTexts(), ['/api/logout', '/api/logout']);
    assert.match(await replaced.first().innerText(), /replaced by POST \/api\/logout \(enterprise\)/);
    const { routes: planned } = (await (
      await fetch(`${server.url}/stack/outline`)
    ).json()) as InspectorOutline;
    assert.equal(await rows.count(), planned.length);
  });

  it('says of a key who writes it, who reads it, and why it is not kept', async () => {
    await open();
    await page.getByRole('button', { name: 'github_token', exact: true }).hover();
    const text = await page.getByRole('tooltip').innerText();
    assert.match(text, /Always undefined: github-user decides identity with github_user_id/);
    assert.match(text, /Written by\s+github-token/);
  });

  it('shows a conflict as it happens, in red, and tells its story without a value', async () => {
    const worker = await Visitor.arrive();
    await signIn(worker.page, server.url);
    await open();
    const token = server.github.addPersonalAccessToken('hubot');
    assert.equal(await call(worker.page, '/api/settings', { github_token: token }), 200);
    // It may be told of before it is answered.
    const saved = requests(page).filter({ hasText: 'POST/api/settings' });
    await saved.locator('.status-2').waitFor();
    assert.equal(await page.getByText(/\d+ conflicts?$/).count(), 0, 'nothing has come into conflict yet');

    assert.equal(await call(worker.page, '/api/settings?token=tell-nobody'), 200);
    const row = requests(page).filter({ hasText: '1 conflict' });
    await row.waitFor();
    const colorOf = (bar: string) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector('.has-conflict ${bar} .bar')).backgroundColor`,
      );
    const conflicting = await colorOf('.step-conflict');
    const other = await colorOf('.step-next:not(.step-conflict)');
    assert.notEqual(conflicting, other);

    await row.getByRole('button').click();
    const told =
      /github-token \(oss\) wrote github_token; ignored, because github-user \(enterprise\) decides identity with github_user_id\./;
    await eventually(async () => assert.match(await row.locator('.story').innerText(), told));
    const everything = await page.content();
    assert.ok(!everything.includes(token) && !everything.includes('tell-nobody'));
    await worker.leave();
  });

  it('leaves only conflicts, stands still, and forgets, when it is told to', async () => {
    await open();
    const worker = await Visitor.arrive();
    await signIn(worker.page, server.url);
    await call(worker.page, '/api/settings', { github_token: server.github.addPersonalAccessToken('hubot') });
    await call(worker.page, '/api/settings');
    await page.getByText('1 with conflicts').waitFor();

    await page.getByLabel('Conflicts only').check();
    await expectRequests(page, 1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await call(worker.page, '/api/github/user');
    await page.getByText('2 with conflicts').waitFor();
    await page.getByRole('button', { name: '1 newer request' }).waitFor();
    await drawn(page);
    assert.equal(await requests(page).count(), 1);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expectRequests(page, 2);

    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No request yet').waitFor();
    await call(worker.page, '/health');
    await page.getByText('No request with a conflict so far').waitFor();
    await page.getByLabel('Conflicts only').uncheck();
    await expectRequests(page, 1);
    await worker.leave();
  });

  it('shows where a request ended early', async () => {
    await open();
    assert.equal((await fetch(`${server.url}/api/settings`)).status, 401);
    const row = requests(page).filter({ hasText: 'ended by require-user' });
    await row.waitFor();
    const { plan } = (await (await fetch(`${server.url}/stack/outline`)).json()) as StackOutline;
    const position = plan.findIndex(({ name }) => name === 'require-user');
    assert.equal(await row.locator('.step-end').getAttribute('data-position'), String(position));
    await eventually(async () => assert.equal(await row.locator('.step-skipped').count(), 3));
  });

  it('can be used by keyboard alone', async () => {
    await open();
    await fetch(`${server.url}/health`);
    await requests(page).first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const order = ['pause', 'clear', 'text', 'method', 'status', 'conflicts-only', 'files'];
    for (const id of order) {
      await page.keyboard.press('Tab');
      await page.locator(`#${id}:focus`).waitFor();
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('GET /health').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('GET /health').waitFor({ state: 'hidden' });
  });
});

for (const { width, colorScheme } of FORMATS) {
  describe(`the stack inspector at ${width} px, ${colorScheme}`, () => {
    let visitor: Visitor;
    let inspecting: Inspector;
    let site: Site;

    beforeEach(async () => {
      visitor = await Visitor.arrive({ width, colorScheme });
    });

    afterEach(() =>
      visitor.leave().finally(() => {
        inspecting.close();
        return site.close();
      }),
    );

    /** Three layers of somebody's own, with a warning, every kind of bar, and long names. */
    async function open(): Promise<Page> {
      const write = (key: string) =>
        pass(`write-${key}`, { writes: [key] }, (req, _res, next) => {
          (req.state as Record<string, unknown>)[key] = 'value';
          next();
        });
      const stack = compose(
        {
          base: [
            pass('cors', { headers: ['Vary'] }),
            write('visitor'),
            write('never_read'),
            pass('parse-the-body-of-it-all'),
          ],
          team: [
            write('tenant'),
            pass('guard', { path: '/closed' }, (_req, res) => void res.status(403).end()),
          ],
          cloud: [
            pass('strict-cors', { headers: ['Vary'], overrides: 'cors' }),
            pass('breaks', { path: '/broken' }, (_req, _res, next) => next(new Error('broken'))),
          ],
        },
        { exclusive: { owner: ['visitor', 'tenant'] }, reads: ['tenant'], onConflict: 'record' },
      );
      const hello: express.RequestHandler = (_req, res) => void res.send('hello');
      const named = Router().get('/routes/:with/a-path-that-is-long', (_req, _res, next) => next(), hello);
      const routes = composeRoutes({
        base: [named, Router().get(/^\/routes/, hello)],
        team: [defineRoutes({ name: 'team', router: Router().get('/routes/{*rest}', hello) })],
      });
      inspecting = inspector(stack, { routes });
      const app = express().use('/stack', inspecting).use(stack);
      app.get('/slow', () => undefined);
      app.use((_req, res) => void res.send('hello'));
      app.use(((_error, _req, res, _next) => void res.status(500).end()) as express.ErrorRequestHandler);
      site = await Site.open(app);
      for (const path of ['/a', '/closed', '/broken']) await fetch(site.url + path);
      void fetch(`${site.url}/slow`).catch(() => undefined);
      const { page } = visitor;
      await page.goto(`${site.url}/stack/`);
      await page.getByText('4 requests').waitFor();
      // Only what is in sight is there.
      await scrollToRequests(page);
      return page;
    }

    async function check(name: string): Promise<void> {
      await visitor.expectAccessible(`inspector-${name}-${width}-${colorScheme}`);
      await visitor.expectNoSidewaysScrolling();
    }

    it('is accessible, with every kind of request, a warning, a reason and a story', async () => {
      const page = await open();
      await page.locator('.status-pending').waitFor();
      await check('requests');
      await card(page, 'write-never_read').focus();
      await page.getByRole('tooltip').getByText('S202', { exact: true }).waitFor();
      await check('why');
      await page.keyboard.press('Escape');
      await scrollToRequests(page);
      await requests(page).filter({ hasText: '/a' }).getByRole('button').click();
      await page
        .getByText(/ignored, because/)
        .first()
        .waitFor();
      await check('story');
      await page.locator('#routes summary').click();
      await page.getByText('never reached: hidden by GET /routes/{*rest} (team)').waitFor();
      assert.equal(await page.locator('#findings').getByText('S221', { exact: true }).count(), 1);
      await check('routes');
    });
  });
}
