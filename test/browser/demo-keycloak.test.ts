import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { DemoProcess } from '../demo-process.ts';
import { Visitor } from './visitor.ts';

describe('the demo behind a real Keycloak, for a person who clicks', () => {
  let demo: DemoProcess;
  let visitor: Visitor;
  let page: Page;

  before(async function () {
    // Keycloak may have to be fetched.
    this.timeout(600_000);
    const { HOME = '' } = process.env;
    demo = await DemoProcess.start({ RATE_LIMIT: 'off', HOME }, 'demo-keycloak.ts');
  });

  after(async () => {
    assert.equal(await demo.stop('SIGTERM'), 0);
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(() => visitor.leave());

  /** By the button of the page, through Keycloak, to the consent at GitHub. */
  async function goToConsent(tab: Page): Promise<void> {
    await tab.goto(demo.address);
    await tab.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await tab.waitForURL(({ origin }) => origin === new URL(demo.githubAddress).origin);
    await tab.getByRole('button', { name: 'octocat' }).waitFor();
  }

  async function signIn(tab: Page, login: string): Promise<void> {
    await goToConsent(tab);
    await tab.getByRole('button', { name: login }).click();
    await tab.waitForURL(({ origin }) => origin === demo.address);
    await tab.locator('#person').getByRole('link', { name: login }).waitFor();
  }

  it('signs in by way of Keycloak, signs out, and signs somebody else in at the same browser', async () => {
    const visited: string[] = [];
    page.on('request', (request) => {
      if (request.isNavigationRequest()) visited.push(new URL(request.url()).pathname);
    });
    await signIn(page, 'octocat');
    assert.ok(
      visited.some((path) => path.startsWith('/realms/openhands/broker/github/')),
      visited.join(),
    );
    await page.getByText('octocat/').first().waitFor();
    await page.locator('#person').getByRole('link', { name: 'octocat' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByText('You are signed out').waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();

    await signIn(page, 'hubot');
    await page.getByText('hubot/').first().waitFor();
    assert.equal(await page.getByRole('main').getByText('octocat').count(), 0);
  });

  it('signs out everywhere, of which the other browser learns, and in again', async () => {
    await signIn(page, 'octocat');
    const elsewhere = await Visitor.arrive();
    await signIn(elsewhere.page, 'octocat');
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByText('You are signed out everywhere').waitFor();
    await elsewhere.page.getByRole('link', { name: 'Tasks' }).click();
    await elsewhere.page.getByText('Your session is over').waitFor();
    await elsewhere.leave();
    await signIn(page, 'octocat');
  });

  it('leads back by a link of the page of Keycloak that follows a no at GitHub', async () => {
    await goToConsent(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const back = page.locator(`a[href="${demo.address}/"]`);
    await back.waitFor();
    await page.waitForURL(({ pathname }) => pathname.startsWith('/realms/openhands/'));
    await back.click();
    await page.getByRole('link', { name: 'Sign in with GitHub' }).waitFor();
    await signIn(page, 'hubot');
  });
});
