import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { DemoProcess } from '../demo-process.ts';
import { Visitor } from './visitor.ts';

describe('the demo, for a person who clicks', () => {
  let demo: DemoProcess;
  let visitor: Visitor;
  let page: Page;

  before(async () => {
    demo = await DemoProcess.start({ RATE_LIMIT: 'off' });
  });

  after(async () => {
    await demo.stop('SIGTERM');
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(async () => {
    await gitHub('clearFaults');
    await gitHub('options', { accessTokenLifetimeSeconds: 28_800 });
    await visitor.leave();
  });

  /** Has the demo's GitHub do something, as a test in another process may. */
  async function gitHub<Result>(method: string, args: object = {}): Promise<Result> {
    const body = JSON.stringify(args);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${demo.githubAddress}/_control/${method}`, {
      method: 'POST',
      headers,
      body,
    });
    assert.equal(response.status, 200);
    return ((await response.json()) as { result: Result }).result;
  }

  const refreshes = async () => (await gitHub<{ refreshes: number }>('calls')).refreshes;

  async function signIn(tab: Page, login: string): Promise<void> {
    await tab.goto(demo.address);
    await tab.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await tab.getByRole('button', { name: login }).click();
    await tab.getByText(`${login}/`).first().waitFor();
  }

  it('signs a person in as the user they choose, shows who they are and their repositories, and signs out', async () => {
    await signIn(page, 'hubot');
    assert.equal(new URL(page.url()).origin, demo.address);
    await page.locator('#person').getByRole('link', { name: 'hubot' }).click();
    await page.getByText('@hubot').waitFor();

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByText('You are signed out').waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
  });

  it('searches, and goes on while the token is replaced in the middle of it', async () => {
    // Replaced in the last half of its life; a sign-in may take long, too.
    await gitHub('options', { accessTokenLifetimeSeconds: 12 });
    await signIn(page, 'octocat');
    const before = await refreshes();
    do {
      for (const words of ['hello', 'spoon']) {
        await page.getByLabel('Search all of GitHub').fill(words);
        await page.keyboard.press('Enter');
        await page.getByText(`found for “${words}”`).waitFor();
        assert.equal(await page.locator('.notice').count(), 0, 'nobody has to know');
      }
    } while ((await refreshes()) === before);
  });

  it('signs in two tabs at once, of one person, and both of them work', async () => {
    const other = await visitor.openTab();
    const tabs = [page, other];
    for (const tab of tabs) {
      await tab.goto(demo.address);
      await tab.getByRole('link', { name: 'Sign in with GitHub' }).click();
      await tab.getByRole('button', { name: 'octocat' }).waitFor();
    }
    await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'octocat' }).click()));
    await Promise.all(tabs.map((tab) => tab.getByText(/^Page 1 of/).waitFor()));
    for (const tab of tabs) {
      await tab.getByRole('link', { name: 'Settings' }).click();
      await tab.getByRole('heading', { name: 'Settings' }).waitFor();
      await tab.getByText('Language model').waitFor();
    }
  });

  it('says that GitHub is down, keeps the person signed in, and goes on when it is back', async () => {
    await signIn(page, 'octocat');
    await gitHub('addFault', { on: '*', kind: 'status', status: 503 });
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByText('GitHub does not answer').waitFor();
    await page.getByText(/you need not sign in/).waitFor();
    await page.reload();
    await page.locator('#person').getByRole('link', { name: 'octocat' }).waitFor();
    await page.getByText('GitHub does not answer').waitFor();

    await gitHub('clearFaults');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/^\d+ tasks?$/).waitFor();
  });

  it('says that nobody can sign in while GitHub is down, and lets them in when it is back', async () => {
    await page.goto(demo.address);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).waitFor();
    await gitHub('addFault', { on: 'POST /login/oauth/access_token', kind: 'status', status: 502 });
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText('You are not signed in').waitFor();
    await page
      .getByText(/GitHub/)
      .first()
      .waitFor();
    await visitor.expectAccessible('enterprise-sign-in-failed');

    await gitHub('clearFaults');
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
  });

  it('leads from the page to its stack, and what to look for is there', async () => {
    await signIn(page, 'octocat');
    await page.getByText('Look for the tag conflict').waitFor();
    await page.getByRole('link', { name: 'See the stack at work' }).click();
    await page
      .locator('.request')
      .getByText(/^\d+ conflicts?$/)
      .first()
      .waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'API reference' }).click();
    await page.waitForURL(`${demo.address}/api/docs`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  it('shows its stack at work, beside the page', async () => {
    await page.goto(`${demo.address}/stack`);
    await page.getByText('Live', { exact: true }).waitFor();
    const tab = await visitor.openTab();
    await signIn(tab, 'octocat');
    await page.locator('.request').getByText('/api/github/repositories').first().waitFor();
    assert.equal(await page.getByText(/\bcode=|\bstate=/).count(), 0, 'what GitHub sent back is in no path');
  });
});
