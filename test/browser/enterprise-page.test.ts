import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

describe('the page of the Enterprise edition', () => {
  let server: Installation;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    server = await Installation.enterprise();
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(() => visitor.leave().finally(() => server.remove()));

  async function signIn(tab: Page, login = 'octocat', path = '/'): Promise<void> {
    await tab.goto(server.url + path);
    await tab.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await tab.getByRole('button', { name: login }).click();
    await tab.getByRole('navigation', { name: 'Views' }).waitFor();
  }

  const repositories = () => page.getByRole('list', { name: 'Repositories' }).getByRole('listitem');

  it('brings a person back, after signing in, to the view they wanted', async () => {
    await signIn(page, 'octocat', '/#/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.waitForURL(`${server.url}/#/settings`);
  });

  it('says that nobody was signed in when the person says no at GitHub, once', async () => {
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('You were not signed in').waitFor();
    await page.waitForURL(`${server.url}/`);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.locator('.notice').count(), 0);
  });

  it('pages through the repositories of one installation or all', async () => {
    await signIn(page);
    await page.getByText(/^Page 1 of/).waitFor();
    const head = () => repositories().first().innerText();
    const first = await head();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText(/^Page 2 of/).waitFor();
    assert.notEqual(await head(), first);
    await page.getByRole('link', { name: 'Previous' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
    assert.equal(await head(), first);
    const asked = page.waitForResponse(/\/api\/github\/repositories\?.*installation_id=\d/);
    await page.getByLabel('Installation').selectOption({ index: 1 });
    await asked;
    await repositories().first().waitFor();
  });

  it('searches all of GitHub, and comes back', async () => {
    await signIn(page);
    await page.getByText(/^Page 1 of/).waitFor();
    await page.getByLabel('Search all of GitHub').fill('hello');
    await page.keyboard.press('Enter');
    await page.getByText(/found for “hello”/).waitFor();
    await page.getByRole('link', { name: 'Back to my repositories' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
  });

  it('lets a person go on without noticing when the access token runs out', async () => {
    await signIn(page);
    await page.getByText(/^Page 1 of/).waitFor();
    await server.restartLater(server.github.options.accessTokenLifetimeSeconds * 1000);
    const refreshesBefore = server.github.calls.refreshes;
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText(/^Page 2 of/).waitFor();
    assert.equal(await page.locator('.notice').count(), 0);
    assert.ok(server.github.calls.refreshes > refreshesBefore, 'the token had run out');
  });

  it('says that the session is over, and leads to signing in again', async () => {
    await signIn(page);
    await page.getByText(/^Page 1 of/).waitFor();
    await visitor.loseCookies();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('Your session is over').waitFor();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
  });

  it('says that GitHub refuses the token, and that signing in again mends it', async () => {
    await signIn(page);
    server.github.faults.add({ on: 'GET /user/repos', kind: 'status', status: 401 });
    await page.reload();
    await page.getByText('GitHub refuses the token').waitFor();
    server.github.faults.clear();
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
  });

  it('says in passing that the installations could not be loaded', async () => {
    await signIn(page);
    server.github.faults.add({ on: 'GET /user/installations', kind: 'status', status: 502 });
    await page.reload();
    await page.getByText(/^Page 1 of/).waitFor();
    await page.getByText('Installations could not be loaded').waitFor({ state: 'attached' });
    assert.equal(await page.locator('.notice').count(), 0, 'the list is there all the same');
  });

  it('ends the session of a user who takes the permission back at GitHub', async () => {
    await signIn(page);
    await page.getByText(/^Page 1 of/).waitFor();
    server.github.options.webhookUrl = `${server.url}/integration/github/events`;
    await server.github.revokeAuthorization('octocat');
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('Your session is over').waitFor();
  });

  it('signs out everywhere after asking: the other browser is out, too', async () => {
    await signIn(page);
    const elsewhere = await Visitor.arrive();
    await signIn(elsewhere.page);
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByText('You are signed out everywhere').waitFor();
    await elsewhere.page.getByRole('link', { name: 'Tasks' }).click();
    await elsewhere.page.getByText('Your session is over').waitFor();
    await elsewhere.leave();
  });

  it('signs in two tabs that started at the same time', async () => {
    const other = await visitor.openTab();
    for (const tab of [page, other]) {
      await tab.goto(server.url);
      await tab.getByRole('link', { name: 'Sign in with GitHub' }).click();
      await tab.getByRole('button', { name: 'octocat' }).waitFor();
    }
    for (const tab of [page, other]) {
      await tab.getByRole('button', { name: 'octocat' }).click();
      await tab.getByRole('navigation', { name: 'Views' }).waitFor();
    }
  });

  it('says how long GitHub wants to be left alone', async () => {
    await signIn(page);
    server.github.faults.add({ on: 'GET /user/repos', kind: 'rate-limit', retryAfterSeconds: 80 });
    await page.reload();
    await page.getByText('Too many requests').waitFor();
    await page
      .locator('.notice')
      .getByText(/Try again in ([4-7]\d|80) seconds/)
      .waitFor();
  });

  it('shows the account through an outage of GitHub, and says so', async () => {
    await signIn(page);
    await page.getByRole('link', { name: 'Account' }).click();
    await page.waitForURL(`${server.url}/#/account`);
    server.github.faults.add({ on: 'GET /user', kind: 'status', status: 503 });
    await page.reload();
    await page.getByText('your profile as GitHub last told it').waitFor();
    await page.getByText('@octocat').waitFor();
  });
});

describe('the page of the Enterprise edition, as its operator has set it up', () => {
  let server: Installation | undefined;
  let visitor: Visitor;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
  });

  afterEach(() => visitor.leave().finally(() => server?.remove()));

  it('tells somebody who is not on the list of allowed users, and leads back', async () => {
    const list = join(await mkdtemp(join(tmpdir(), 'openhands-allowed-')), 'users.txt');
    await writeFile(list, 'hubot\n');
    server = await Installation.enterprise({ GITHUB_USER_LIST_FILE: list });
    const { page } = visitor;
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText('Not authorized via waitlist').waitFor();
    await visitor.expectAccessible('enterprise-waitlisted');
    await page.getByRole('link', { name: 'Go to the start page' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await rm(dirname(list), { recursive: true });
  });

  it('says how long to wait after too many requests', async () => {
    server = await Installation.enterprise({ RATE_LIMIT: '3/minute' });
    const { page } = visitor;
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByText('Too many requests').waitFor();
    await page
      .locator('.notice')
      .getByText(/Try again in \d+ seconds/)
      .waitFor();
  });
});
