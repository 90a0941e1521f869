/** What a person does with the requests of the inspector: compares two, gives one away, and finds one again. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import express from 'express';
import type { Locator, Page } from 'playwright-core';
import { compose } from '../../lib/compose.ts';
import { type Inspector, inspector } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';
import { eventually } from '../eventually.ts';
import { Site } from '../inspector/watching.ts';
import { Visitor } from './visitor.ts';

import '../compose/state-keys.ts';

const SECRET = 'tell-nobody';
const LONG = 'the-one-that-has-a-name-longer-than-a-telephone-is-wide';

describe('the requests of the stack inspector', () => {
  let visitor: Visitor;
  let page: Page;
  let inspecting: Inspector;
  let site: Site;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const stack = compose({
      base: [
        pass('tenant', { writes: ['tenant'] }, (req, _res, next) => {
          (req.state as Record<string, unknown>).tenant = SECRET;
          next();
        }),
        pass(LONG, { path: '/closed' }, (_req, res) => void res.status(403).end()),
      ],
    });
    inspecting = inspector(stack);
    const app = express().use('/stack', inspecting).use(stack);
    app.use((_req, res) => void res.cookie('session', SECRET).send('hello'));
    site = await Site.open(app);
  });

  afterEach(() =>
    visitor.leave().finally(() => {
      inspecting.close();
      return site.close();
    }),
  );

  async function open(...paths: string[]): Promise<void> {
    for (const path of paths) await ask(path);
    await page.goto(`${site.url}/stack/`);
    await page.getByText('Live', { exact: true }).waitFor();
    if (paths.length > 0) await row(paths.at(-1)!).waitFor();
  }

  async function ask(path: string): Promise<void> {
    const headers = { authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}` };
    await (await fetch(`${site.url}${path}`, { headers })).arrayBuffer();
  }

  const row = (path: string) =>
    page.locator('.request').filter({ has: page.locator(`[title="${path.replace(/\?.*/, '')}"]`) });
  const button = (path: string) => row(path).locator('.request-button');
  const expectRows = (count: number, tab = page) =>
    eventually(async () => assert.equal(await tab.locator('.request').count(), count));
  const expectFocused = (path: string) =>
    eventually(async () =>
      assert.equal(await page.evaluate<string>("document.activeElement.querySelector('.path')?.title"), path),
    );

  async function press(path: string, name: string): Promise<void> {
    await row(path).getByRole('button', { name }).click();
  }

  /** Looks before it presses: what the button says then is soon gone. */
  async function copy(path: string, name: string): Promise<string> {
    const copied = row(path).getByRole('button', { name: 'Copied' });
    await Promise.all([copied.waitFor(), press(path, name)]);
    return page.evaluate<string>('navigator.clipboard.readText()');
  }

  async function compare(one: string, other: string): Promise<Locator> {
    await button(one).click();
    await press(one, 'Compare with…');
    await page.locator('#choosing').getByText(`GET ${one}`).waitFor();
    await button(other).click();
    const dialog = page.getByRole('dialog', { name: 'Two requests compared' });
    await dialog.waitFor();
    return dialog;
  }

  it('are compared, what differs first, at an address that can be loaded again and left', async () => {
    await open('/a', '/closed');
    const dialog = await compare('/closed', '/a');
    const check = async () => {
      assert.deepEqual(await dialog.locator('.side code').allInnerTexts(), ['GET /closed', 'GET /a']);
      const answer = await dialog.getByRole('table', { name: 'The answer' }).first().innerText();
      assert.match(answer, /path\s+\/closed\s+\/a\s+status\s+403\s+200/);
      const way = await dialog.getByRole('table', { name: 'The way through the stack' }).first().innerText();
      assert.match(way, new RegExp(`2 ${LONG}\\s+answered it\\s+not concerned`));
      const same = dialog
        .locator('.compared')
        .filter({ has: page.getByRole('heading', { name: 'The answer', exact: true }) });
      await same.getByText('1 line the same').click();
      assert.match(await same.getByRole('table').nth(1).innerText(), /method\s+GET\s+GET/);
      const times = await dialog
        .getByRole('table', { name: 'Times' })
        .locator('td')
        .evaluateAll((cells) =>
          cells.map(({ children, textContent }) => `${children.length} ${textContent}`),
        );
      assert.ok(
        times.some((cell) => cell.endsWith('–')),
        times.join(),
      );
      for (const cell of times) assert.equal(cell.startsWith('1'), !cell.endsWith('–'), `a bar for ${cell}`);
      assert.ok(!(await page.content()).includes(SECRET));
    };
    await check();
    await page.reload();
    await dialog.waitFor();
    await check();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.waitForURL((url) => !url.hash.includes('compare='));
  });

  it('leave no comparison in the address once it is closed, however that is done', async () => {
    const ways: Record<string, () => Promise<unknown>> = {
      'Escape, after a reload': async () => {
        await page.reload();
        await dialog.waitFor();
        await page.keyboard.press('Escape');
      },
      'the button': () => dialog.getByRole('button', { name: 'Close' }).click(),
      'beside it': () => page.mouse.click(3, 450),
      'going back': () => page.goBack(),
    };
    await open('/a', '/b');
    const dialog = page.getByRole('dialog', { name: 'Two requests compared' });
    for (const [way, close] of Object.entries(ways)) {
      await compare('/a', '/b');
      await close();
      await dialog.waitFor({ state: 'hidden' });
      await eventually(() => assert.match(new URL(page.url()).hash, /^#request=[\da-f]+\.\d+$/, way));
      await button('/a').click();
    }
  });

  it('are one step of the history while they are compared, and none once that is closed', async () => {
    const before = page.url();
    await open('/a', '/b', '/c');
    const dialog = await compare('/a', '/b');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });
    // What is done at once is kept, though the browser may not have gone back yet.
    await button('/c').click();
    await page.waitForURL(/#request=[\da-f]+\.3$/);
    await page.goForward();
    await dialog.getByText('GET /b').waitFor();
    await page.reload();
    await dialog.getByText('GET /b').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(/#request=[\da-f]+\.3$/);
    await row('/c').locator('.story').waitFor();
    await page.goBack();
    await page.waitForURL(before);
  });

  it('are drawn anew when the address asks for two others', async () => {
    await open('/a', '/b', '/c');
    const dialog = await compare('/a', '/b');
    await page.evaluate("location.hash = location.hash.replace(/\\.2$/, '.3')");
    await dialog.getByText('GET /c').waitFor();
    await page.goBack();
    await dialog.getByText('GET /b').waitFor();
  });

  it('are not compared when a person gives it up, or by going back', async () => {
    await open('/a', '/b');
    await button('/a').click();
    await press('/a', 'Compare with…');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#choosing').waitFor({ state: 'hidden' });
    await button('/b').click();
    await row('/b').locator('.story').waitFor();
    assert.equal(await page.locator('dialog[open]').count(), 0);
    await button('/b').click();

    const dialog = await compare('/a', '/b');
    await page.goBack();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('are copied and saved as JSON, without the query and without a value', async () => {
    await open(`/a?code=${SECRET}`);
    await button('/a').click();
    const copied = await copy('/a', 'Copy JSON');
    const [download] = await Promise.all([page.waitForEvent('download'), press('/a', 'Download JSON')]);
    assert.equal(download.suggestedFilename(), 'request-1.json');
    assert.equal(await readFile(await download.path(), 'utf8'), copied);
    const { request, middlewares } = JSON.parse(copied) as {
      request: { path: string; headers: string[] };
      middlewares: { name: string; writes: string[] }[];
    };
    assert.equal(request.path, '/a');
    assert.ok(request.headers.includes('set-cookie'), 'its name, and no more of it');
    assert.deepEqual(
      middlewares.map(({ name, writes }) => [name, writes]),
      [
        ['tenant', ['tenant']],
        [LONG, []],
      ],
    );
    assert.ok(!copied.includes(SECRET), copied);
  });

  it('have a link, which opens one of them whatever the filter was', async () => {
    await open('/a', '/b');
    await page.getByLabel('Path, middleware or conflict').fill('/a');
    await button('/a').click();
    const link = await copy('/a', 'Copy link');
    assert.match(link, /\/stack\/#request=[\da-f]+\.1$/);
    const other = await visitor.openTab();
    await other.goto(link);
    await other.getByText('GET /a').waitFor();
    await expectRows(2, other);

    await page.reload();
    await row('/a').locator('.story').waitFor();
    assert.equal(await page.getByLabel('Path, middleware or conflict').inputValue(), '/a');
    await expectRows(1);
  });

  it('are said to be no longer kept, where a link leads to one that is gone', async () => {
    await open('/a');
    await button('/a').click();
    await page.waitForURL(/#request=/);
    const link = page.url();
    await page.goto(link.replace(/\.1$/, '.99'));
    await page.getByText('too many have come since, it was cleared').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#gone').waitFor({ state: 'hidden' });
    await page.waitForURL((url) => !url.hash.includes('request='));
    const tab = await visitor.openTab();
    await tab.goto(link.replace(/request=[\da-f]+/, 'request=0'));
    await tab.getByText('the server has been started anew, or another of its processes had it').waitFor();
    await tab.goto(link.replace(/#.*/, '#compare=0.1&compare=0.2'));
    await tab.reload();
    await tab
      .getByRole('dialog')
      .getByText('One of the two requests, or both, are no longer kept.')
      .waitFor();
  });

  it('wait while one of them is read, and come when they are asked for', async () => {
    await open('/a');
    await button('/a').click();
    await ask('/b');
    await ask('/c');
    await page.getByRole('button', { name: '2 newer requests' }).click();
    await row('/c').waitFor();
    await eventually(async () =>
      assert.deepEqual(
        await page.evaluate<string[]>("[...document.querySelectorAll('.path')].map(({ title }) => title)"),
        ['/c', '/b', '/a'],
      ),
    );
    await page.getByRole('button', { name: /newer/ }).waitFor({ state: 'hidden' });
    // What was read is still open.
    await row('/a').locator('.story').waitFor();
  });

  it('keep the end of a path in sight beside a long name, at every width', async () => {
    const long = `/closed/${'directory/'.repeat(20)}the-file`;
    await open('/closed', long);
    for (const width of [1440, 768, 360]) {
      await page.setViewportSize({ width, height: 900 });
      for (const [path, end] of [
        ['/closed', '/closed'],
        [long, '/the-file'],
      ] as const) {
        const shown = row(path).locator('.path-end');
        await shown.scrollIntoViewIfNeeded();
        await eventually(async () => {
          assert.equal(await shown.innerText(), end);
          const isInSight = await page.evaluate<boolean>(`(() => {
            const element = document.querySelector('[title="${path}"] .path-end');
            const line = element.closest('.line').getBoundingClientRect();
            const { left, right } = element.getBoundingClientRect();
            return element.scrollWidth <= element.clientWidth && left >= line.left && right <= line.right;
          })()`);
          assert.ok(isInSight, `${path} at ${width}`);
        });
      }
      await visitor.expectNoSidewaysScrolling();
    }
  });

  it('are walked through with the arrow keys, and beyond what is in sight', async () => {
    const paths = Array.from({ length: 40 }, (_, number) => `/${number + 1}`);
    await open(...paths.slice(0, 39));
    await ask(paths[39]!);
    await button('/40').focus();
    await page.keyboard.press('ArrowUp');
    await expectFocused('/40');
    for (let turn = 0; turn < 39; turn++) await page.keyboard.press('ArrowDown');
    await expectFocused('/1');
    await page.keyboard.press('ArrowDown');
    await expectFocused('/1');
    await page.keyboard.press('Enter');
    await row('/1').locator('.story').waitFor();
  });

  it('can be looked at by everybody: compared, chosen, filtered away, and gone', async function () {
    // Thirty looks of axe.
    this.timeout(180_000);
    await open('/a', '/closed');
    const dialog = await compare('/closed', '/a');
    await dialog.getByText('1 line the same').first().click();
    await visitor.expectAccessibleInEveryFormat('inspector-comparison');
    await page.keyboard.press('Escape');
    await press('/closed', 'Compare with…');
    await visitor.expectAccessibleInEveryFormat('inspector-choosing');
    await page.keyboard.press('Escape');
    await button('/closed').click();
    await page.getByLabel('Path, middleware or conflict').fill('nothing-like-it');
    await page.getByLabel('Status', { exact: true }).fill('4');
    await page.getByRole('button', { name: 'Show all' }).waitFor();
    await visitor.expectAccessibleInEveryFormat('inspector-nothing-fits');
    await page.getByRole('button', { name: 'Show all' }).click();
    await button('/a').click();
    await ask('/b');
    await page.getByRole('button', { name: '1 newer request' }).waitFor();
    await visitor.expectAccessibleInEveryFormat('inspector-newer');
    await page.evaluate("location.hash = location.hash.replace(/\\.\\d+$/, '.99')");
    await page.locator('#gone').waitFor();
    await visitor.expectAccessibleInEveryFormat('inspector-gone');
  });
});
