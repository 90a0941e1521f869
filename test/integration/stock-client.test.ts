import assert from 'node:assert/strict';
import { type TestAgent, type TestApp, testApp } from '../../lib/testing/index.ts';
import { type ClientSettings, DEFAULTS, type Send, StockClient } from '../stock-client.ts';
import { pathOf } from './enterprise-site.ts';

const OPTIONS = ['models', 'agents', 'security-analyzers'].map((name) => `GET /api/options/${name} 200`);

describe('The stock client with the OSS edition, from an empty store', () => {
  let app: TestApp;
  let client: StockClient;

  beforeEach(async () => {
    app = await testApp('oss', { env: { RATE_LIMIT: '' } });
    client = new StockClient(sendAs(app.agent(), app.url));
  });
  afterEach(() => app.close());

  /** Settings, as the client holds them after it has read them. */
  async function held(): Promise<ClientSettings & { github_token_is_set: boolean }> {
    return (await client.get('/api/settings')).body as ClientSettings & { github_token_is_set: boolean };
  }

  it('asks for settings, consent and a token, and shows who it is', async () => {
    const { mode, settings } = await client.open();
    assert.deepEqual([mode, settings.status], ['oss', 404]);
    await client.openSettingsForm();

    const first = await client.save(DEFAULTS, {
      llm_api_key: 'sk-1',
      llm_base_url: undefined,
      security_analyzer: undefined,
    });
    assert.deepEqual(
      [first.body.llm_model, first.body.llm_api_key, first.body.llm_base_url, first.body.github_token_is_set],
      [DEFAULTS.llm_model, '**********', null, false],
    );
    assert.equal(first.body.user_consents_to_analytics, null);

    const consented = await client.save(first.body as ClientSettings, { user_consents_to_analytics: true });
    assert.deepEqual(
      [consented.body.user_consents_to_analytics, consented.body.llm_api_key],
      [true, '**********'],
    );

    const github_token = app.github.addPersonalAccessToken('octocat');
    const known = await client.save(consented.body as ClientSettings, { github_token });
    assert.equal(known.body.github_token_is_set, true);
    assert.equal((await client.showUserOfToken()).length, 27);
    assert.equal((await client.get('/api/github/search/repositories?query=hello&per_page=3')).body.length, 1);

    assert.deepEqual(client.calls, [
      'GET /api/options/config 200',
      'GET /api/settings 404',
      ...OPTIONS,
      ...Array.from({ length: 3 }, () => ['POST /api/settings 200', 'GET /api/settings 200']).flat(),
      'GET /api/github/user 200',
      'GET /api/github/repositories?sort=pushed&page=1&per_page=100 200',
      'GET /api/github/search/repositories?query=hello&per_page=3 200',
    ]);
  });

  it('saves the first time without a key, which it posts empty', async () => {
    const { body } = await client.save(DEFAULTS, { llm_api_key: '' });
    assert.deepEqual([body.llm_api_key, body.language], [null, 'en']);
  });

  it('resets to defaults: the key is gone, and the token stays', async () => {
    const github_token = app.github.addPersonalAccessToken('octocat');
    const changes = {
      llm_api_key: 'sk-1',
      language: 'de',
      llm_base_url: 'https://llm.example',
      github_token,
    };
    await client.save(DEFAULTS, changes);
    const { body } = await client.save(DEFAULTS, { llm_api_key: '' });
    assert.deepEqual(
      [body.llm_api_key, body.language, body.llm_base_url, body.github_token_is_set],
      [null, 'en', '', true],
    );
    await client.showUserOfToken();
  });

  it('signs out by removing the token, and nothing else', async () => {
    await client.save(DEFAULTS, {
      llm_api_key: 'sk-1',
      github_token: app.github.addPersonalAccessToken('octocat'),
    });
    const { body } = await client.save(await held(), { unset_github_token: true });
    assert.deepEqual([body.github_token_is_set, body.llm_api_key], [false, '**********']);
  });

  it('keeps the token when GitHub limits the first look at its user', async () => {
    await client.save(DEFAULTS, { github_token: app.github.addPersonalAccessToken('octocat') });
    app.github.faults.add({ on: 'GET /user', kind: 'rate-limit', in: 'body' });
    assert.equal((await client.get('/api/github/user')).status, 200);
    assert.equal((await held()).github_token_is_set, true);
  });
});

describe('The stock client with the Enterprise edition, from an empty store', () => {
  let app: TestApp;
  let browser: TestAgent;
  let client: StockClient;

  beforeEach(async () => {
    app = await testApp('enterprise', { env: { RATE_LIMIT: '' } });
    browser = app.agent();
    client = new StockClient(sendAs(browser, app.url));
  });
  afterEach(() => app.close());

  /** Follows the client's own link, which has no `state`, and GitHub's redirects. @returns where that ends. */
  async function connectToGitHub(): Promise<string> {
    const redirectUri = encodeURIComponent(`${app.url}/oauth/github/callback`);
    const scope = encodeURIComponent('repo,user,workflow,offline_access');
    const link = `${app.github.url}/login/oauth/authorize?client_id=${app.github.app.clientId}`;
    let at = await app.github.authorize(`${link}&redirect_uri=${redirectUri}&scope=${scope}`, 'octocat');
    for (let steps = 0; steps < 5; steps++) {
      const { headers, status } = await browser.get(pathOf(at));
      if (status !== 302) return pathOf(at);
      at = new URL(headers.location!, app.url).href;
      if (at.startsWith(app.github.url)) at = await app.github.authorize(at, 'octocat');
    }
    throw new Error(`The sign-in goes round in circles, by ${at}`);
  }

  it('signs in by its own link, is connected at once, and shows who it is', async () => {
    assert.equal((await client.open()).mode, 'saas');
    assert.equal((await client.post('/api/authenticate')).status, 401);
    assert.equal(await connectToGitHub(), '/');

    const { settings } = await client.open();
    assert.deepEqual([settings.status, settings.body.github_token_is_set], [200, true]);
    assert.equal((await client.post('/api/authenticate')).status, 200);
    assert.equal((await client.showUserOfApp()).length, 26);

    assert.deepEqual(client.calls, [
      'GET /api/options/config 200',
      'GET /api/settings 401',
      'POST /api/authenticate 401',
      'GET /api/options/config 200',
      'GET /api/settings 200',
      'POST /api/authenticate 200',
      'GET /api/github/user 200',
      'GET /api/github/installations 200',
      'GET /api/github/repositories?sort=pushed&installation_id=41001&page=1&per_page=30 200',
      'GET /api/github/repositories?sort=pushed&installation_id=41002&page=1&per_page=30 200',
    ]);
  });

  it('saves what a newcomer has, resets it, and signs out', async () => {
    await connectToGitHub();
    const { settings } = await client.open();
    const saved = await client.save(settings.body as ClientSettings, { llm_api_key: 'sk-1' });
    assert.deepEqual(
      [saved.status, saved.body.agent, saved.body.llm_api_key, saved.body.github_token_is_set],
      [200, 'CodeActAgent', '**********', true],
    );
    assert.equal((await client.save(DEFAULTS, { llm_api_key: '' })).body.llm_api_key, null);

    assert.equal((await client.post('/api/logout')).status, 200);
    assert.equal((await client.post('/api/authenticate')).status, 401);
    assert.equal((await client.get('/api/settings')).status, 401);
  });

  it('stays signed in when GitHub is away at the first look', async () => {
    await connectToGitHub();
    app.github.faults.add({ on: '*', kind: 'reset' });
    assert.equal((await client.get('/api/github/user')).status, 200);
    assert.equal((await client.post('/api/authenticate')).status, 200);
  });
});

/** Calls as a browser makes them from a page of this origin. */
function sendAs(agent: TestAgent, origin: string): Send {
  return (method, path, body) => {
    if (method === 'GET') return agent.get(path);
    const call = agent.post(path).set('Origin', origin).set('Sec-Fetch-Site', 'same-origin');
    return body === undefined ? call : call.send(body);
  };
}
