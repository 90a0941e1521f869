/** What a person meets who is unlucky: another tab, an outage, a link from a stranger, no script. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { newProfile } from './chromium.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

describe('the page, for a person who is unlucky', () => {
  let server: Installation;
  let visitor: Visitor;
  let page: Page;

  before(async () => {
    server = await Installation.enterprise();
  });
  after(() => server.remove());

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
    await signIn(page, 'octocat');
  });

  afterEach(async () => {
    server.github.faults.clear();
    await visitor.leave();
  });

  async function signIn(tab: Page, login: string): Promise<void> {
    await tab.goto(server.url);
    await tab.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await tab.getByRole('button', { name: login }).click();
    await person(tab, login).waitFor();
  }

  async function signOut(tab: Page): Promise<void> {
    await tab.getByRole('link', { name: 'Account' }).click();
    await tab.getByRole('button', { name: 'Sign out', exact: true }).click();
    await tab.getByText('You are signed out').waitFor();
  }

  const person = (tab: Page, login: string) => tab.locator('#person').getByRole('link', { name: login });

  it('is asked to sign in where they have signed out in another tab, and told what is lost', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('API key').fill('sk-of-octocat');
    const other = await visitor.openTab();
    await other.goto(server.url);
    await person(other, 'octocat').waitFor();
    await signOut(other);
    await page.getByText('You are signed out').waitFor();
    await page.getByText('What you had entered and not saved is gone.').waitFor();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
  });

  it('sees nothing of one account beside what another tab has signed in to', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('API key').fill('sk-of-octocat');
    const other = await visitor.openTab();
    await other.goto(server.url);
    await person(other, 'octocat').waitFor();
    await signOut(other);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
    await signIn(other, 'hubot');
    await person(page, 'hubot').waitFor();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.getByText('Language model').waitFor();
    assert.equal(await page.getByLabel('API key').inputValue(), '');
    assert.equal(await page.locator('.notice').count(), 0, 'they did this themselves a moment ago');
  });

  it('is told that another account is signed in, when it took the place of theirs', async () => {
    await page.getByText(/^Page 1 of/).waitFor();
    const other = await visitor.openTab();
    await other.goto(`${server.url}/oauth/github/authorize`);
    await other.getByRole('button', { name: 'hubot' }).click();
    await person(other, 'hubot').waitFor();
    await page.getByText('Another account is signed in').waitFor();
    await person(page, 'hubot').waitFor();
    await page.getByText('hubot/').first().waitFor();
    assert.equal(await page.getByText('octocat/').count(), 0);
  });

  it('can press Search again when GitHub did not answer', async () => {
    server.github.faults.add({ on: 'GET /search/repositories', kind: 'status', status: 503 });
    await page.getByLabel('Search all of GitHub').fill('hello');
    await page.keyboard.press('Enter');
    await page.getByText('GitHub does not answer').waitFor();
    server.github.faults.clear();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText(/found for “hello”/).waitFor();
  });

  it('is told when the session ends in the middle of a change that it is gone', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Most iterations for a task').fill('5');
    await visitor.loseCookies();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Your session is over').waitFor();
    await page.getByText('What you had entered and not saved is gone.').waitFor();
  });

  it('gets no script, and no broken page, out of a link that a stranger made', async () => {
    const script = '<script>document.title="taken"</script><img src=x onerror=document.title="taken">';
    for (const hash of [
      `#/repositories?page=${script}&sort=${script}`,
      `#/repositories?q=${script}`,
      `#/${script}`,
      '#/repositories?q=%E0%A4%A',
      '#/__proto__',
      '#/constructor?page=2',
      '#main',
    ]) {
      await page.goto('about:blank');
      await page.goto(`${server.url}/${hash}`);
      await page.getByRole('heading', { name: 'Repositories' }).waitFor();
      await page
        .getByText(/^(Page \d of|Nothing found for)/)
        .first()
        .waitFor();
      assert.match(await page.title(), /^Repositories/, hash);
      assert.equal(await page.locator('#view script, #view img').count(), 0, hash);
    }
  });

  it('sees on a telephone what they type, above the bar that saves it', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Most iterations for a task').fill('5');
    for (const last of ['Runtime resource factor', 'Security analyzer', 'Language'] as const) {
      const control = page.getByLabel(last, { exact: true });
      await control.focus();
      await eventually(async () => {
        const [field, bar] = await Promise.all([
          control.boundingBox(),
          page.locator('.save-bar').boundingBox(),
        ]);
        assert.ok(field && bar && field.y + field.height <= bar.y, `${last} is below the bar`);
      });
    }
  });
});

describe('the page in a browser without JavaScript', () => {
  it('says what it needs', async () => {
    const server = await Installation.oss();
    const context = await newProfile({ javaScriptEnabled: false });
    try {
      const page = await context.newPage();
      await page.goto(server.url);
      // Playwright's search by text passes over what is in a `noscript`.
      const notice = page.locator('noscript .notice');
      await notice.waitFor();
      assert.match(await notice.innerText(), /^This page needs JavaScript/);
      for (const unfit of ['Loading…', 'Its script did not arrive.'])
        assert.equal(await page.getByText(unfit).boundingBox(), null, unfit);
    } finally {
      await context.close();
      await server.remove();
    }
  });
});
