/** The description of the API as a page: it can be searched and tried, axe finds nothing, and it asks nothing of others. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

const FORMATS = [360, 768, 1440].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

for (const { width, colorScheme } of FORMATS) {
  describe(`the API page at ${width} px, ${colorScheme}`, () => {
    let server: Installation | undefined;
    let visitor: Visitor;

    beforeEach(async () => {
      visitor = await Visitor.arrive({ width, colorScheme });
    });
    afterEach(() => visitor.leave().finally(() => server?.remove()));

    it('is accessible, folded and unfolded, and with an answer that was tried', async () => {
      server = await Installation.enterprise();
      const { page } = visitor;
      await page.goto(`${server.url}/api/docs`);
      await page.getByRole('heading', { name: 'GitHub', exact: true }).waitFor();
      await visitor.expectAccessible(`api-${width}-${colorScheme}`);
      await page.evaluate(
        "document.querySelectorAll('#storeSettings details').forEach((one) => (one.open = true))",
      );
      await page.locator('#getSettings').getByRole('button', { name: 'Send GET' }).click();
      await page.locator('#getSettings .tried').getByText('not_authenticated').waitFor();
      await visitor.expectAccessible(`api-unfolded-${width}-${colorScheme}`);
      await visitor.expectNoSidewaysScrolling();
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const [red = 0] = /\d+/.exec(ground)?.map(Number) ?? [];
      assert.equal(red > 127, colorScheme === 'light', ground);
    });
  });
}

describe('the API page, for a person who reads and tries', () => {
  let server: Installation;
  let visitor: Visitor;
  let page: Page;
  let asked: string[];

  before(async () => {
    server = await Installation.oss();
  });
  after(() => server.remove());

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
    asked = [];
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      asked.push(`${request.method()} ${pathname}${search}`);
    });
    await page.goto(`${server.url}/api/docs`);
  });
  afterEach(() => visitor.leave());

  const operation = (id: string) => page.locator(`article#${id}`);
  const expectOnTop = (id: string) =>
    eventually(async () => {
      const box = await operation(id).boundingBox();
      assert.ok(box !== null && box.y >= 0 && box.y < 100, JSON.stringify(box));
    });

  it('loads one script and one style', () => {
    const named = asked.map((one) => one.replace(/-[0-9a-f]{8}\./, '-HASH.'));
    assert.deepEqual(named, [
      'GET /api/docs',
      'GET /api/docs/assets/style-HASH.css',
      'GET /api/docs/assets/script-HASH.js',
    ]);
  });

  it('leads to an operation by its address, and from there to the body that it answers', async () => {
    await page.goto(`${server.url}/api/docs#getSettings`);
    await expectOnTop('getSettings');
    await operation('getSettings').getByRole('link', { name: 'Settings', exact: true }).click();
    await expectOnTop('Settings');
    await page.waitForURL(/#Settings$/);
    const settings = await operation('Settings').innerText();
    assert.match(settings, /max_iterations\s+integer or null/);
    assert.match(settings, /"llm_model": "openai\/gpt-4o"/);
  });

  it('is searched by keyboard alone', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('post settings');
    const found = page.locator('nav li:not([hidden]) a');
    await eventually(async () => assert.deepEqual(await found.allInnerTexts(), ['POST\n/api/settings']));
    await page.keyboard.press('Enter');
    await page.waitForURL(/#storeSettings$/);
    await page.getByLabel('Search the operations').fill('nothing of the kind');
    await page.getByText('Nothing fits.').waitFor();
  });

  it('tries a GET with what is filled in, and shows the status, the headers and the body', async () => {
    const search = operation('searchRepositories');
    await search.getByLabel('query').fill('a b&c');
    await search.getByLabel('per_page').fill('0');
    await search.getByRole('button', { name: 'Send GET' }).click();
    await search.locator('.tried').getByText('401').waitFor();
    assert.ok(
      asked.includes('GET /api/github/search/repositories?query=a+b%26c&per_page=0&sort=stars&order=desc'),
      asked.join('\n'),
    );
    const tried = await search.locator('.tried').innerText();
    assert.match(tried, /\{\n {2}"error": .*\n {2}"code": "github_token_required"\n\}/);
    await search.locator('.tried summary').click();
    await search.locator('.tried').getByText('x-request-id').waitFor();
  });

  it('never sends anything but GET and HEAD, and offers it only where a page can see the answer', async () => {
    for (const send of await page.getByRole('button', { name: /^Send/ }).all()) await send.click();
    await eventually(async () =>
      assert.ok((await page.locator('.tried').allInnerTexts()).every((text) => !/^$|Asking/.test(text))),
    );
    assert.deepEqual([...new Set(asked.map((line) => line.split(' ')[0]))].sort(), ['GET', 'HEAD']);
    assert.equal(await operation('storeSettings').getByRole('button', { name: /^Send/ }).count(), 0);
  });

  it('shows the answer to what was sent last, though an earlier one takes longer', async () => {
    const release = new AbortController();
    const released = once(release.signal, 'abort');
    const health = operation('health');
    const tried = health.locator('.tried');
    await page.route('**/health', async (route) => {
      if (route.request().method() === 'GET') await released;
      await route.continue();
    });
    await health.getByRole('button', { name: 'Send GET' }).click();
    await health.getByRole('button', { name: 'Send HEAD' }).click();
    await tried.getByText('200').waitFor();
    const slow = page.waitForResponse((response) => response.request().method() === 'GET');
    release.abort();
    await slow;
    // What is asked for now is answered after it.
    await page.evaluate("fetch('/health').then((response) => response.text())");
    assert.equal(await tried.locator('pre').count(), 0);
  });

  it('is bounded in what it shows of an answer, and says so', async () => {
    await page.route('**/api/options/models', (route) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify(Array(200_000).fill('<b>x</b>')),
      }),
    );
    const models = operation('getModels');
    await models.getByRole('button', { name: 'Send GET' }).click();
    await models.getByText('There is more of it.').waitFor();
    assert.ok((await models.locator('.tried').innerText()).length < 60_000);
    assert.equal(await models.locator('.tried b').count(), 1, 'the status alone: what was answered is text');
  });

  it('copies a request as curl with the address of the server, and a secret only as a variable', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    // Looks before it presses: what the button says then is soon gone.
    await Promise.all([
      operation('storeSettings').getByText('Copied').waitFor(),
      operation('storeSettings').locator('.request').getByRole('button', { name: 'Copy' }).click(),
    ]);
    assert.equal(
      await page.evaluate('navigator.clipboard.readText()'),
      `curl -X POST "${server.url}/api/settings" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"llm_model":"openai/gpt-4o","max_iterations":50}'`,
    );
  });

  it('says that the server does not answer', async () => {
    await page.route('**/health', (route) => route.abort('connectionrefused'));
    await operation('health').getByRole('button', { name: 'Send GET' }).click();
    await operation('health').getByText('The server does not answer.').waitFor();
  });
});
