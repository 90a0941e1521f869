/** Every view of both editions and every state of it, in both palettes and at three widths: axe finds nothing, nothing sticks out. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

describe('the page, at three widths and in both palettes', function () {
  // axe looks at up to eighty pictures in one test.
  this.timeout(240_000);

  let server: Installation;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(() => visitor.leave().finally(() => server.remove()));

  const look = (name: string) => visitor.expectAccessibleInEveryFormat(name);

  async function open(address: string, heading: string, waitFor = heading): Promise<void> {
    await page.goto(address);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    await page.getByText(waitFor).first().waitFor();
  }

  it('is accessible in the OSS edition', async () => {
    server = await Installation.oss({ STACK_INSPECTOR: '1' });
    await open(`${server.url}/#/repositories`, 'Repositories', 'No GitHub token yet');
    await look('oss-no-token');
    await open(`${server.url}/#/token`, 'GitHub token', 'No token is saved');
    await page.getByLabel('New token').fill('ghp_wrong');
    await page.getByRole('button', { name: 'Save token' }).click();
    await page.getByText('GitHub refuses this token').waitFor();
    await look('oss-token-refused');
    await page.getByLabel('New token').fill(server.github.addPersonalAccessToken('octocat'));
    await page.getByRole('button', { name: 'Save token' }).click();
    await page.getByText('Token saved').waitFor();
    await page.getByText('@octocat').waitFor();
    await look('oss-token');
    await page.getByRole('button', { name: 'Remove the token' }).click();
    await page.getByRole('dialog').waitFor();
    await look('oss-token-confirmation');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await open(`${server.url}/#/settings`, 'Settings', 'Language model');
    await page.getByLabel('Most iterations for a task').fill('9007199254740993000');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Something is not right in what you entered').waitFor();
    await look('oss-settings-complaint');
    await page.getByRole('combobox', { name: 'Model', exact: true }).click();
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('[role=option].active').waitFor();
    await look('oss-settings-choices');
    await server.stopServer();
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByText('The server does not answer').waitFor();
    await look('oss-server-gone');
  });

  it('is accessible in the Enterprise edition', async () => {
    server = await Installation.enterprise();
    await open(`${server.url}/?login=denied`, 'Sign in', 'You were not signed in');
    await look('enterprise-denied');
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
    await look('enterprise-repositories');
    await page.getByLabel('Search all of GitHub').fill('hello');
    await page.keyboard.press('Enter');
    await page.getByText(/found for “hello”/).waitFor();
    await look('enterprise-search');
    await open(`${server.url}/#/repositories?q=nothing-like-it`, 'Repositories', 'Nothing found');
    await look('enterprise-nothing-found');
    await open(`${server.url}/#/tasks`, 'Suggested tasks', 'Merge conflicts');
    await look('enterprise-tasks');
    await open(`${server.url}/#/settings`, 'Settings', 'Language model');
    await look('enterprise-settings');
    await page.getByLabel('Most iterations for a task').fill('100');
    await page.getByText('You have unsaved changes.').waitFor();
    await look('enterprise-settings-unsaved');
    await page.getByRole('button', { name: 'Discard' }).click();
    await open(`${server.url}/#/account`, 'Account', '@octocat');
    await look('enterprise-account');
    await open(`${server.url}/nothing/here`, 'There is nothing here');
    await look('not-found');
    server.github.faults.add({ on: 'GET /user/repos', kind: 'status', status: 503 });
    await open(`${server.url}/#/repositories`, 'Repositories', 'GitHub does not answer');
    await look('enterprise-outage');
    await visitor.loseCookies();
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByText('Your session is over').waitFor();
    await look('enterprise-session-over');
  });

  it('is accessible while GitHub is slow', async () => {
    server = await Installation.enterprise();
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
    server.github.faults.add({ on: '*', kind: 'hang' });
    await page.getByRole('link', { name: 'Account' }).click();
    await page.waitForURL(`${server.url}/#/account`);
    await page.reload();
    await page.locator('.profile.skeleton').waitFor();
    await look('enterprise-account-slow');
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByText('Asking GitHub…').waitFor();
    await look('enterprise-tasks-slow');
    await page.getByRole('link', { name: 'Repositories' }).click();
    await page.getByText('Asking GitHub…').waitFor();
    await look('enterprise-repositories-slow');
  });

  it('follows the palette of the system', async () => {
    server = await Installation.oss();
    await page.goto(server.url);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await eventually(async () => {
        const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
        const [red = 0] = /\d+/.exec(ground)?.map(Number) ?? [];
        assert.equal(red > 127, colorScheme === 'light', ground);
      });
    }
  });
});
