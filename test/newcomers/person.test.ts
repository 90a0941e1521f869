import type { Page } from 'playwright-core';
import { freePort } from '../../demo/free-port.ts';
import { Visitor } from '../browser/visitor.ts';
import { freshClone, remove } from './fresh-clone.ts';
import { type RunningCommand, Terminal } from './terminal.ts';

describe('A person at a browser, with the demo of a fresh clone', () => {
  let terminal: Terminal;
  let demo: RunningCommand;
  let visitor: Visitor;
  let page: Page;
  let address: string;

  before(async () => {
    terminal = new Terminal(await freshClone(), { PORT: String(await freePort()) });
    await terminal.run('npm ci');
    demo = terminal.start('npm run demo');
    [, address = ''] = await demo.until(/^\s+Open\s+(http:\S+)/m);
    visitor = await Visitor.arrive();
    page = visitor.page;
  });
  after(async () => {
    await visitor.leave();
    await demo.interrupt();
    await terminal.close();
    await remove(terminal.folder);
  });

  it('signs in by clicking, and sees repositories', async () => {
    await page.goto(address);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText('octocat/Hello-World').first().waitFor();
  });

  it('is led to the stack, where a conflict of the two editions is to be seen', async () => {
    await page.getByRole('link', { name: 'See the stack at work' }).click();
    const conflicts = page.locator('.request').getByText(/^\d+ conflicts?$/);
    await conflicts.first().click();
    await page.getByText('github_user_id').first().waitFor();
    await page.getByText('S302').filter({ visible: true }).first().waitFor();
    await page.waitForURL(({ pathname }) => pathname.startsWith('/stack'));
  });

  it('finds out which requests there are, and tries one', async () => {
    await page.goto(address);
    await page.getByRole('link', { name: 'API reference' }).click();
    await page.waitForURL(({ pathname }) => pathname === '/api/docs');
    await page.getByText('/api/github/user').first().waitFor();
  });
});
