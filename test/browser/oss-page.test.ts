import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

describe('the page of the OSS edition', () => {
  let server: Installation;
  let visitor: Visitor;
  let page: Page;

  beforeEach(async () => {
    server = await Installation.oss();
    visitor = await Visitor.arrive();
    page = visitor.page;
  });

  afterEach(() => visitor.leave().finally(() => server.remove()));

  const notice = () => page.locator('.notice');
  const repositories = () => page.getByRole('list', { name: 'Repositories' }).getByRole('listitem');

  async function saveToken(token: string): Promise<void> {
    await page.goto(`${server.url}/#/token`);
    await page.getByLabel(/New token|Replace it with/).fill(token);
    await page.getByRole('button', { name: 'Save token' }).click();
    await notice().waitFor();
  }

  it('leads somebody without a token to where one is saved, and then shows the repositories', async () => {
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Add a token' }).click();
    await page.getByLabel('New token').fill(server.github.addPersonalAccessToken('octocat'));
    await page.getByRole('button', { name: 'Save token' }).click();
    await page.getByText('Token saved').waitFor();
    await page.getByText('@octocat').waitFor();

    await page.getByRole('link', { name: 'Repositories' }).click();
    await repositories()
      .first()
      .getByText(/octocat\//)
      .waitFor();
  });

  it('never shows a saved token again', async () => {
    const token = server.github.addPersonalAccessToken('octocat');
    await saveToken(token);
    assert.equal(await page.getByLabel('Replace it with').inputValue(), '');
    await page.reload();
    await page.getByText('A token is saved.').waitFor();
    assert.ok(!(await page.content()).includes(token));
  });

  it('still knows the token after a restart of the server', async () => {
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    await server.restart();
    await page.goto(`${server.url}/#/repositories`);
    await page.reload();
    await repositories().first().waitFor();
  });

  it('says that GitHub refuses a wrong token, and keeps the one from before', async () => {
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    await saveToken('ghp_0000000000000000000000000000000000wrong');
    await notice()
      .filter({ hasText: /GitHub refuses this token[^]*saved before is kept/ })
      .waitFor();
    const refused = page.locator('input[aria-invalid=true]');
    await page.locator('input[aria-invalid=true]:focus').waitFor();
    await refused.press('End');
    await page.keyboard.type('x');
    // Another one is not refused yet.
    await refused.waitFor({ state: 'detached' });
    await page.goto(`${server.url}/#/repositories`);
    await repositories().first().waitFor();
  });

  it('says that a token could not be checked while GitHub is down, and stores nothing', async () => {
    server.github.faults.add({ on: 'GET /user', kind: 'status', status: 502 });
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    await notice()
      .filter({ hasText: /GitHub does not answer[^]*Nothing was saved/ })
      .waitFor();
    await page.getByText('No token is saved.').waitFor();
  });

  it('removes the token after asking, and only then', async () => {
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    const saves: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/settings'))
        saves.push(request.postData() ?? '');
    });
    await page.getByRole('button', { name: 'Remove the token' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Remove the token' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the token' }).click();
    await page.getByText('Token removed').waitFor();
    const stored = JSON.parse(await readFile(join(server.fileStore, 'settings.json'), 'utf8'));
    assert.equal(stored.github_token ?? null, null);
    assert.deepEqual(saves, ['{"unset_github_token":true}'], 'Cancel has sent nothing before');
  });

  it('tells an outage of GitHub from a dead token, and goes on when it is over', async () => {
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    server.github.faults.add({ on: 'GET /user/repos', kind: 'status', status: 503 });
    await page.goto(`${server.url}/#/repositories`);
    // The view before has a notice, too, and is there until the browser gets to the new address.
    await notice()
      .filter({ hasText: /GitHub does not answer[^]*Nothing is lost/ })
      .waitFor();
    server.github.faults.clear();
    await page.getByRole('button', { name: 'Try again' }).click();
    await repositories().first().waitFor();
    assert.equal(await notice().count(), 0);
  });

  it('shows the profile from before an outage of GitHub, and says so', async () => {
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    server.github.faults.add({ on: 'GET /user', kind: 'status', status: 503 });
    await page.reload();
    await page.getByText('@octocat').waitFor();
    await page.getByText('this is what it said last time').waitFor();
  });

  it('offers to save another token when GitHub refuses the one that is saved', async () => {
    await saveToken(server.github.addPersonalAccessToken('octocat'));
    server.github.faults.add({ on: 'GET /user/repos', kind: 'status', status: 401 });
    await page.goto(`${server.url}/#/repositories`);
    await page.getByText('GitHub refuses the token').waitFor();
    await page.getByRole('link', { name: 'Save another token' }).click();
    await page.getByRole('heading', { name: 'GitHub token', exact: true }).waitFor();
  });

  it('says when the server itself is gone', async () => {
    await page.goto(`${server.url}/#/token`);
    await page.getByText('No token is saved.').waitFor();
    await server.stopServer();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('The server does not answer').waitFor();
  });

  it('saves what was changed in the settings, and nothing else', async () => {
    await page.goto(`${server.url}/#/settings`);
    await page.getByLabel('Model', { exact: true }).fill('openai/gpt-4o');
    await page.getByLabel('API key').fill('sk-of-the-browser-test');
    await page.getByLabel('Most iterations for a task').fill('50');
    await page.getByLabel('Ask me before an action is carried out').check();
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Settings saved.').waitFor();

    await page.reload();
    await page.getByText('A key is saved. Leave this empty to keep it.').waitFor();
    assert.equal(await page.getByLabel('Model', { exact: true }).inputValue(), 'openai/gpt-4o');
    assert.equal(await page.getByLabel('API key').inputValue(), '');
    assert.equal(await page.getByLabel('Language').inputValue(), 'de');
    await page.getByLabel('Most iterations for a task').fill('');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Settings saved.').waitFor();

    const stored = JSON.parse(await readFile(join(server.fileStore, 'settings.json'), 'utf8'));
    assert.equal(stored.llm_model, 'openai/gpt-4o');
    assert.equal(stored.llm_api_key, 'sk-of-the-browser-test');
    assert.equal(stored.max_iterations, null);
    assert.equal(stored.confirmation_mode, true);
    assert.equal(stored.user_consents_to_analytics, null, 'a question that was not answered stays open');
  });

  it('puts a complaint of the server beside the field it is about, and leads there', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.goto(`${server.url}/#/settings`);
    await page.getByLabel('Most iterations for a task').fill('9007199254740993000');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Something is not right in what you entered').waitFor();
    const complaint = page.locator('#max_iterations[aria-invalid=true] + .complaint');
    await complaint.getByText('Write a smaller number.', { exact: true }).waitFor();
    await eventually(async () => {
      const bar = await page.getByRole('button', { name: 'Save settings' }).boundingBox();
      const below = await complaint.boundingBox();
      assert.ok(
        below!.y > 0 && below!.y + below!.height < bar!.y,
        'the field is in sight, and no bar is over it',
      );
    });
    await page.locator('#max_iterations:focus').waitFor();
  });

  it('can be used by keyboard alone', async () => {
    const token = server.github.addPersonalAccessToken('octocat');
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Add a token' }).waitFor();
    await page.keyboard.press('Tab');
    await expectFocused(/^Skip to the content$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expectFocused(/^Add a token$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'GitHub token', exact: true }).waitFor();
    // A new view is read from its heading on.
    await expectFocused(/^GitHub token$/);
    await page.keyboard.press('Tab');
    await expectFocused(/^Classic token/);
    await page.keyboard.press('Tab');
    await page.keyboard.type(token);
    await page.keyboard.press('Enter');
    await page.getByText('Token saved').waitFor();
  });

  const expectFocused = (text: RegExp) =>
    eventually(async () =>
      assert.match(await page.evaluate<string>('document.activeElement.textContent.trim()'), text),
    );
});
