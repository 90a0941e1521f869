/** What is shown is in the address, what is unsaved is kept, and what GitHub has is a link. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

describe('the page, for a person who goes back and forth', () => {
  let server: Installation;
  let visitor: Visitor;
  let page: Page;

  before(async () => {
    server = await Installation.enterprise({ GITHUB_APP_SLUG: 'openhands' });
  });
  after(() => server.remove());

  beforeEach(async () => {
    visitor = await Visitor.arrive();
    page = visitor.page;
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('button', { name: 'octocat' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
  });

  afterEach(async () => {
    server.github.faults.clear();
    await visitor.leave();
  });

  const repositories = () => page.getByRole('list', { name: 'Repositories' }).getByRole('listitem');
  const open = (to: string) => page.goto(`${server.url}/${to}`);
  const expectValue = (label: string, value: string) =>
    eventually(async () => assert.equal(await page.getByLabel(label).inputValue(), value));

  /** Another address of the view that is shown already: it has followed when it asks GitHub. */
  async function follow(to: string): Promise<void> {
    await Promise.all([page.waitForRequest('**/api/github/repositories?*'), open(to)]);
  }

  it('keeps page and sort through a reload, and goes back one step at a time', async () => {
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText(/^Page 2 of/).waitFor();
    await page.getByLabel('Sort by').selectOption('full_name');
    await page.getByText(/^Page 1 of/).waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText(/^Page 2 of/).waitFor();
    await page.waitForURL(`${server.url}/#/repositories?page=2&sort=full_name`);
    const second = await repositories().first().innerText();

    await page.reload();
    await page.getByText(/^Page 2 of/).waitFor();
    assert.equal(await repositories().first().innerText(), second);
    await expectValue('Sort by', 'full_name');

    await page.goBack();
    await page.getByText(/^Page 1 of/).waitFor();
    await page.goBack();
    await page.getByText(/^Page 2 of/).waitFor();
    await expectValue('Sort by', 'pushed');
  });

  it('keeps a search through a reload, and goes back to before it', async () => {
    await page.getByLabel('Search all of GitHub').fill('hello & <b>"world"</b>?q=x#y');
    await page.keyboard.press('Enter');
    await page.getByText(/^Nothing found for “hello & <b>"world"<\/b>\?q=x#y”/).waitFor();
    await page.reload();
    await page.getByText(/^Nothing found for “hello & <b>"world"<\/b>\?q=x#y”/).waitFor();
    await page.goBack();
    await page.getByText(/^Page 1 of/).waitFor();
    await expectValue('Search all of GitHub', '');
  });

  it('takes nothing strange from a link that somebody sends', async () => {
    await follow(
      '#/repositories?page=-1&sort=javascript:alert(1)&installation=../../user&unset_github_token=true',
    );
    await page.getByText(/^Page 1 of/).waitFor();
    await expectValue('Sort by', 'pushed');
    await open('#/repositories?page=99999');
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await page.getByText(/^Page 1 of/).waitFor();
    await follow('#/nowhere?page=2');
    await page.getByRole('heading', { name: 'Repositories' }).waitFor();
    await page.getByText(/^Page 2 of/).waitFor();
    await open('#/repositories?installation=999');
    await expectValue('Installation', '999');
  });

  it('leads from repositories and tasks to GitHub', async () => {
    const link = repositories().getByRole('link', { name: 'octocat/Hello-World' });
    assert.equal(await link.getAttribute('href'), `${server.github.url}/octocat/Hello-World`);
    assert.equal(await link.getAttribute('rel'), 'noopener');
    await page.getByRole('link', { name: 'Tasks' }).click();
    const href = (name: RegExp) => page.getByRole('link', { name }).getAttribute('href');
    assert.equal(await href(/^Speed up the build/), `${server.github.url}/octo-org/octo-repo/pull/12`);
    assert.equal(await href(/^Greet in French/), `${server.github.url}/octocat/Hello-World/issues/21`);
  });

  it('keeps unsaved settings while other views are looked at, and asks before they are lost', async () => {
    const iterations = () => page.getByLabel('Most iterations for a task');
    await page.getByRole('link', { name: 'Settings' }).click();
    await iterations().fill('77');
    await page.getByLabel('API key').fill('sk-not-saved-yet');
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByRole('heading', { name: 'Suggested tasks' }).waitFor();
    await page.getByRole('link', { name: 'Settings (unsaved changes)' }).click();
    await page.getByText('You have unsaved changes.').waitFor();
    await expectValue('Most iterations for a task', '77');
    await expectValue('API key', 'sk-not-saved-yet');

    const asked = page.waitForEvent('dialog');
    await page.evaluate('void setTimeout(() => location.reload())');
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    assert.equal(await iterations().inputValue(), '77');

    await page.getByRole('button', { name: 'Discard' }).click();
    await expectValue('Most iterations for a task', '');
    await page.reload();
    await page.getByText('Language model').waitFor();
  });

  it('takes no answer to a question that a person has gone back from', async () => {
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByRole('link', { name: 'Account' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere?' });
    const ask = () => page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await ask();
    await dialog.waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Suggested tasks' }).waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await page.goForward();
    await ask();
    await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByText('You are signed out everywhere').waitFor();
  });

  it('offers what the server knows, and takes what it does not', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    const model = page.getByRole('combobox', { name: 'Model', exact: true });
    const options = () => page.getByRole('listbox', { name: 'Choices for Model' }).getByRole('option');
    const expectModel = (value: string) =>
      eventually(async () => assert.equal(await model.inputValue(), value));
    const expectOptions = (count: number) =>
      eventually(async () => assert.equal(await options().count(), count));
    await model.click();
    await options().first().waitFor();
    const all = await options().count();
    await page.keyboard.type('GPT');
    await eventually(async () => assert.deepEqual(await options().allInnerTexts(), ['openai/gpt-4o']));
    await model.fill('');
    await expectOptions(all);
    await page.keyboard.press('ArrowUp');
    await eventually(async () =>
      assert.equal(
        await model.getAttribute('aria-activedescendant'),
        await options().last().getAttribute('id'),
        'up from the field leads to the last choice',
      ),
    );
    await model.fill('GPT');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expectModel('openai/gpt-4o');
    await page.locator('#llm_model[aria-expanded=false]').waitFor();
    await page.getByRole('button', { name: 'Show the choices for Model' }).click();
    // What is chosen does not hide the others.
    await expectOptions(all);
    await options().nth(0).click();
    await model.fill('my-own/model');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Settings saved.').waitFor();
    await page.reload();
    await page.getByText('Language model').waitFor();
    await expectModel('my-own/model');
  });

  it('offers it to a person who asks before the server has answered', async () => {
    const release = new AbortController();
    const released = once(release.signal, 'abort');
    await page.route('**/api/options/models', async (route) => {
      await released;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Settings' }).click();
    const model = page.getByRole('combobox', { name: 'Model', exact: true });
    await model.click();
    await page.locator('#llm_model:focus[aria-expanded=false]').waitFor();
    release.abort();
    await page.getByRole('option', { name: 'openai/gpt-4o', exact: true }).waitFor();
  });

  it('shows at once that GitHub is being asked, and every view that needs no GitHub', async () => {
    server.github.faults.add({ on: '*', kind: 'hang' });
    await page.reload();
    await page.getByText('Asking GitHub…').waitFor();
    await page.locator('.list.skeleton').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Most iterations for a task').waitFor();
    // GitHub has not answered yet.
    await page.locator('.person-pending').waitFor();
  });

  it('says that a save is going on', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Most iterations for a task').fill('5');
    const release = new AbortController();
    const released = once(release.signal, 'abort');
    await page.route('**/api/settings', async (route) => {
      if (route.request().method() === 'POST') await released;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Save settings' }).click();
    const saving = page.getByRole('button', { name: 'Saving…' });
    await saving.waitFor();
    assert.equal(await saving.getAttribute('aria-disabled'), 'true');
    release.abort();
    await page.getByText('Settings saved.').waitFor();
  });
});

describe('the page whose script does not arrive', () => {
  it('says so', async () => {
    const server = await Installation.oss();
    const visitor = await Visitor.arrive();
    const { page } = visitor;
    try {
      await page.route('**/app.js', (route) => route.abort());
      await page.goto(server.url);
      await page.getByText('The page could not be loaded completely').waitFor();
    } finally {
      await visitor.leave().catch(() => undefined);
      await server.remove();
    }
  });
});
