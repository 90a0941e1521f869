import assert from 'node:assert/strict';
import { type Browser, EnterpriseSite } from './enterprise-site.ts';

describe('The tokens of the Enterprise edition, seen from a browser', () => {
  const HOUR_MS = 60 * 60 * 1000;
  let site: EnterpriseSite;
  let browser: Browser;

  beforeEach(async () => {
    site = await EnterpriseSite.open();
    browser = await site.signedIn('octocat');
  });

  afterEach(() => site.close());

  const ROUTES = [
    '/api/github/user',
    '/api/github/repositories',
    '/api/github/installations',
    '/api/github/search/repositories?query=Hello',
    '/api/github/suggested-tasks',
  ];

  it('are renewed when they expire, without the user noticing, on every route', async () => {
    for (const [round, path] of ROUTES.entries()) {
      assert.equal((await browser.get(path)).status, 200, path);
      site.github.advance(9 * HOUR_MS);
      assert.equal((await browser.get(path)).status, 200, path);
      assert.equal(site.github.calls.refreshes, round + 1);
    }
  });

  it('are renewed once, however many requests come at once', async () => {
    site.github.advance(9 * HOUR_MS);
    const answers = await Promise.all(Array.from({ length: 100 }, () => browser.get('/api/github/user')));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(site.github.calls.refreshes, 1);
  });

  it('are renewed when GitHub no longer takes the access token before its time', async () => {
    site.github.advance(HOUR_MS);
    site.github.faults.add({ on: 'GET /user', kind: 'status', status: 401, times: 1 });
    assert.equal((await browser.get('/api/github/user')).status, 200);
  });

  it('are kept when GitHub is down: the answer is to try again, and later all goes on', async () => {
    await browser.get('/api/github/installations');
    site.github.advance(9 * HOUR_MS);
    site.github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'status', status: 502 });
    const { status, body, headers } = await browser.get('/api/github/installations');
    assert.deepEqual([status, body.code], [503, 'github_unavailable']);
    assert.ok(Number(headers['retry-after']) > 0);
    assert.equal((await browser.post('/api/authenticate')).status, 200);
    site.github.faults.clear();
    site.github.advance(HOUR_MS);
    assert.equal((await browser.get('/api/github/installations')).status, 200);
  });

  it('that are dead for good cost a sign-in, and a new one makes it good', async () => {
    site.github.tokens.revokeGrant('octocat');
    const { status } = await browser.get('/api/github/user');
    assert.equal(status, 401);
    assert.equal((await site.signIn(browser)).status, 302);
    assert.equal((await browser.get('/api/github/user')).status, 200);
  });

  it('are kept for each user', async () => {
    const other = await site.signedIn('hubot');
    site.github.advance(9 * HOUR_MS);
    const [one, two] = await Promise.all([browser.get('/api/github/user'), other.get('/api/github/user')]);
    assert.deepEqual([one.body.login, two.body.login], ['octocat', 'hubot']);
    assert.equal(site.github.calls.refreshes, 2);
  });

  it('live in the store, encrypted', async () => {
    const document = await site.document('users/github/583231/github_token.json');
    assert.doesNotMatch(document, /gh[a-z]_/);
    assert.match(document, /eyJ/);
  });
});
