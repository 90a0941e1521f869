/** The stock client's calls, made by a page in a real browser, whose cookies, origins and redirects nobody imitates. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Fault } from '../../lib/testing/index.ts';
import { type Answer, type ClientSettings, DEFAULTS, StockClient } from '../stock-client.ts';
import { Installation } from './installation.ts';
import { Visitor } from './visitor.ts';

/** What a client has to have: a page, and a script that calls as axios does. */
const PAGE = `<!doctype html>
<html lang="en">
<title>A client</title>
<script>
  async function call(method, path, body) {
    const response = await fetch(path, {
      method,
      headers: { Accept: 'application/json, text/plain, */*', ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }
</script>
</html>
`;

/** GitHub's troubles that end no identity. */
const TROUBLES: Readonly<Record<string, Fault>> = {
  'is away': { on: '*', kind: 'reset' },
  'answers with a page of its proxy': { on: '*', kind: 'html' },
  'limits by the body alone': { on: '*', kind: 'rate-limit', in: 'body' },
  'limits for an hour': { on: '*', kind: 'rate-limit', retryAfterSeconds: 3600 },
  'asks for single sign-on': { on: '*', kind: 'refusal', reason: 'single-sign-on' },
  'refuses without a reason': { on: '*', kind: 'status', status: 403 },
};

/** The limit that an installation has unless it sets one. */
const DEFAULT_LIMIT = { RATE_LIMIT: '' };
const TABS = 8;

describe('the stock client in a browser, from an empty store', () => {
  let frontend: string;
  let server: Installation;
  let visitor: Visitor;

  before(async () => {
    frontend = await mkdtemp(join(tmpdir(), 'openhands-browser-client-'));
    await writeFile(join(frontend, 'index.html'), PAGE);
  });
  after(() => rm(frontend, { recursive: true, force: true }));
  beforeEach(async () => {
    visitor = await Visitor.arrive();
  });
  afterEach(() => visitor.leave().finally(() => server.remove()));

  /** The client in a tab, as it is when the tab was loaded anew. */
  async function load(page: Page): Promise<StockClient> {
    await page.goto(server.url);
    return clientIn(page);
  }

  function clientIn(page: Page): StockClient {
    return new StockClient((method, path, body) =>
      page.evaluate<Answer>(
        `call(${JSON.stringify(method)}, ${JSON.stringify(path)}, ${JSON.stringify(body ?? null)})`,
      ),
    );
  }

  async function tabs(): Promise<Page[]> {
    const others = await Promise.all(Array.from({ length: TABS - 1 }, () => visitor.openTab()));
    return [visitor.page, ...others];
  }

  /** The limit for a minute ends it, however slow this machine is. */
  async function floodUntilRefused(client: StockClient): Promise<void> {
    const calls = () => Array.from({ length: 50 }, () => client.get('/api/options/config'));
    while (!(await Promise.all(calls())).some(({ status }) => status === 429));
  }

  /** Those that were answered with an error. */
  const failures = ({ calls }: StockClient): string[] => calls.filter((call) => !call.endsWith(' 200'));

  describe('with the OSS edition', () => {
    beforeEach(async () => {
      server = await Installation.oss({ FRONTEND_DIRECTORY: frontend, ...DEFAULT_LIMIT });
    });

    async function saveToken(client: StockClient): Promise<void> {
      await client.open();
      await client.save(DEFAULTS, { github_token: server.github.addPersonalAccessToken('octocat') });
    }

    it('sets up, shows the user, resets to defaults and removes the token', async () => {
      const client = await load(visitor.page);
      const { mode, settings } = await client.open();
      assert.deepEqual([mode, settings.status], ['oss', 404]);
      await client.openSettingsForm();
      const first = await client.save(DEFAULTS, { llm_api_key: 'sk-1' });
      const held = first.body as ClientSettings;
      await client.save(held, { user_consents_to_analytics: false });
      const github_token = server.github.addPersonalAccessToken('octocat');
      assert.equal((await client.save(held, { github_token })).body.github_token_is_set, true);
      assert.equal((await client.showUserOfToken()).length, 27);

      const reset = await client.save(DEFAULTS, { llm_api_key: '' });
      assert.deepEqual([reset.body.llm_api_key, reset.body.github_token_is_set], [null, true]);
      const left = await client.save(DEFAULTS, { unset_github_token: true });
      assert.equal(left.body.github_token_is_set, false);
      assert.deepEqual(failures(client), ['GET /api/settings 404']);
    });

    for (const [trouble, fault] of Object.entries(TROUBLES)) {
      it(`keeps the token in every tab while GitHub ${trouble}`, async () => {
        await saveToken(await load(visitor.page));
        server.github.faults.add(fault);
        for (const client of await Promise.all((await tabs()).map(load))) {
          await client.open();
          await client.showUserOfToken();
          assert.ok(client.calls.includes('GET /api/github/user 200'), client.calls.join('\n'));
        }
        server.github.faults.clear();
        const client = await load(visitor.page);
        assert.equal((await client.open()).settings.body.github_token_is_set, true);
        assert.equal((await client.get('/api/github/user')).status, 200);
      });
    }

    it('refuses nothing to eight tabs that are restored at once, and keeps the token through a flood', async () => {
      await saveToken(await load(visitor.page));
      const pages = await tabs();
      const restored = await Promise.all(
        pages.map(async (page) => {
          const client = await load(page);
          await client.open();
          await client.showUserOfToken();
          return failures(client);
        }),
      );
      assert.deepEqual(restored.flat(), []);

      server.github.faults.add({ on: '*', kind: 'reset' });
      const client = clientIn(visitor.page);
      await floodUntilRefused(client);
      await client.showUserOfToken();
      assert.ok(client.calls.includes('GET /api/github/user 200'));
    });
  });

  describe('with the Enterprise edition', () => {
    beforeEach(async () => {
      server = await Installation.enterprise({ FRONTEND_DIRECTORY: frontend, ...DEFAULT_LIMIT });
    });

    /** By the client's own link, which has no `state`. */
    async function connectToGitHub(page: Page): Promise<void> {
      const link = new URL('/login/oauth/authorize', server.github.url);
      link.searchParams.set('client_id', server.github.app.clientId);
      link.searchParams.set('redirect_uri', `${server.url}/oauth/github/callback`);
      link.searchParams.set('scope', 'repo,user,workflow,offline_access');
      await page.goto(link.href);
      // The second time for the flow that this server has started instead.
      await page.getByRole('button', { name: 'octocat' }).click();
      await page.waitForURL(/[?&]state=/);
      await page.getByRole('button', { name: 'octocat' }).click();
      await page.waitForURL(`${server.url}/`);
    }

    it('signs in by its own link, is connected at once, saves, resets and signs out', async () => {
      const stranger = await load(visitor.page);
      assert.equal((await stranger.open()).mode, 'saas');
      await stranger.post('/api/authenticate');
      assert.deepEqual(failures(stranger), ['GET /api/settings 401', 'POST /api/authenticate 401']);

      await connectToGitHub(visitor.page);
      const client = clientIn(visitor.page);
      const { settings } = await client.open();
      assert.equal(settings.body.github_token_is_set, true);
      await client.post('/api/authenticate');
      assert.equal((await client.showUserOfApp()).length, 26);
      const saved = await client.save(settings.body as ClientSettings, { llm_api_key: 'sk-1' });
      assert.equal(saved.body.llm_api_key, '**********');
      assert.equal((await client.save(DEFAULTS, { llm_api_key: '' })).body.llm_api_key, null);
      await client.post('/api/logout');
      assert.deepEqual(failures(client), []);
      assert.equal((await client.post('/api/authenticate')).status, 401);
    });

    for (const [trouble, fault] of Object.entries(TROUBLES)) {
      it(`keeps everybody signed in, in every tab, while GitHub ${trouble}`, async () => {
        await connectToGitHub(visitor.page);
        server.github.faults.add(fault);
        for (const client of await Promise.all((await tabs()).map(load))) {
          await client.open();
          await client.showUserOfApp();
          assert.ok(client.calls.includes('GET /api/github/user 200'), client.calls.join('\n'));
        }
        server.github.faults.clear();
        const client = await load(visitor.page);
        await client.open();
        assert.equal((await client.post('/api/authenticate')).status, 200);
      });
    }

    it('refuses nothing to eight tabs that are restored at once, and signs nobody out in a flood', async () => {
      await connectToGitHub(visitor.page);
      const pages = await tabs();
      const restored = await Promise.all(
        pages.map(async (page) => {
          const client = await load(page);
          await client.open();
          await client.post('/api/authenticate');
          await client.showUserOfApp();
          return failures(client);
        }),
      );
      assert.deepEqual(restored.flat(), []);

      server.github.faults.add({ on: '*', kind: 'reset' });
      const client = clientIn(visitor.page);
      await floodUntilRefused(client);
      await client.showUserOfApp();
      assert.ok(client.calls.includes('GET /api/github/user 200'));
    });
  });
});
