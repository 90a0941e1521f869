/** Every view of both editions, in both palettes, on a telephone and on a desk: axe finds nothing, nothing sticks out. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { Installation } from './installation.ts';
import { FORMATS, Visitor } from './visitor.ts';

for (const { width, colorScheme } of FORMATS) {
  describe(`the page at ${width} px, ${colorScheme}`, () => {
    let server: Installation | undefined;
    let visitor: Visitor;
    let page: Page;

    beforeEach(async () => {
      visitor = await Visitor.arrive({ width, colorScheme });
      page = visitor.page;
    });

    afterEach(() => visitor.leave().finally(() => server?.remove()));

    /** Looks at the view as it is now. */
    async function check(name: string): Promise<void> {
      await visitor.expectAccessible(`${name}-${width}-${colorScheme}`);
      await visitor.expectNoSidewaysScrolling();
    }

    async function open(address: string, heading: string, waitFor = heading): Promise<void> {
      await page.goto(address);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      await page.getByText(waitFor).first().waitFor();
    }

    it('is accessible in the OSS edition', async () => {
      server = await Installation.oss();
      await open(`${server.url}/#/repositories`, 'Repositories', 'No GitHub token yet');
      await check('oss-no-token');
      await open(`${server.url}/#/token`, 'GitHub token', 'No token is saved');
      await page.getByLabel('New token').fill('ghp_wrong');
      await page.getByRole('button', { name: 'Save token' }).click();
      await page.getByText('GitHub refuses this token').waitFor();
      await check('oss-token-refused');
      await page.getByLabel('New token').fill(server.github.addPersonalAccessToken('octocat'));
      await page.getByRole('button', { name: 'Save token' }).click();
      await page.getByText('Token saved').waitFor();
      await check('oss-token');
      await page.getByRole('button', { name: 'Remove the token' }).click();
      await page.getByRole('dialog').waitFor();
      await check('oss-token-confirmation');
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      await open(`${server.url}/#/settings`, 'Settings', 'Language model');
      await page.getByLabel('Most iterations for a task').fill('9007199254740993000');
      await page.getByRole('button', { name: 'Save settings' }).click();
      await page.getByText('Something is not right in what you entered').waitFor();
      await check('oss-settings-complaint');
      await server.stopServer();
      await page.getByRole('link', { name: 'Tasks' }).click();
      await page.getByText('The server does not answer').waitFor();
      await check('oss-server-gone');
    });

    it('is accessible in the Enterprise edition', async () => {
      server = await Installation.enterprise();
      await open(`${server.url}/?login=denied`, 'Sign in', 'You were not signed in');
      await check('enterprise-denied');
      await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
      await page.getByRole('button', { name: 'octocat' }).click();
      await page.getByText(/^Page 1 of/).waitFor();
      await check('enterprise-repositories');
      await page.getByLabel('Search all of GitHub').fill('hello');
      await page.keyboard.press('Enter');
      await page.getByText(/found for “hello”/).waitFor();
      await check('enterprise-search');
      await open(`${server.url}/#/tasks`, 'Suggested tasks', 'Merge conflicts');
      await check('enterprise-tasks');
      await open(`${server.url}/#/settings`, 'Settings', 'Language model');
      await page.getByLabel('Most iterations for a task').fill('100');
      await check('enterprise-settings');
      await open(`${server.url}/#/account`, 'Account', '@octocat');
      await check('enterprise-account');
      server.github.faults.add({ on: 'GET /user/repos', kind: 'status', status: 503 });
      await open(`${server.url}/#/repositories`, 'Repositories', 'GitHub does not answer');
      await check('enterprise-outage');
      await visitor.loseCookies();
      await page.getByRole('link', { name: 'Tasks' }).click();
      await page.getByText('Your session is over').waitFor();
      await check('enterprise-session-over');
    });

    it('follows the palette of the system', async () => {
      server = await Installation.oss();
      await page.goto(server.url);
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const [red = 0] = /\d+/.exec(ground)?.map(Number) ?? [];
      assert.equal(red > 127, colorScheme === 'light', ground);
    });
  });
}
