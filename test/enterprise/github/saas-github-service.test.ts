import assert from 'node:assert/strict';
import type { GithubTokenManager } from '../../../lib/enterprise/tokens/github-token-manager.ts';
import type { GithubTokens } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import { holdAtGitHub } from '../../github-gate.ts';
import { Custody } from '../tokens/custody.ts';

const HOUR = 3_600_000;
const USER = 'GET /user';

describe('SaaSGitHubService', () => {
  let custody: Custody;
  let tokens: GithubTokenManager;
  let stored: GithubTokens;
  let octocat: string;

  beforeEach(async () => {
    custody = await Custody.set();
    octocat = custody.userId('octocat');
    tokens = custody.manager();
    stored = custody.issue('octocat');
    await tokens.store(octocat, stored);
  });
  afterEach(() => custody.close());

  /** The tokens that GitHub was asked with, as far as they can be told apart: by the number of tries. */
  const tries = () => custody.github.calls.count(USER);

  it('asks with the user’s token', async () => {
    assert.equal((await custody.service(tokens, 'octocat').getUser()).login, 'octocat');
    assert.equal(tries(), 1);
  });

  it('tries the same token once more, because a replica of GitHub may not know it yet', async () => {
    custody.github.faults.add({ on: USER, kind: 'status', status: 401, times: 1 });
    assert.equal((await custody.service(tokens, 'octocat').getUser()).login, 'octocat');
    assert.equal(tries(), 2);
    assert.equal(custody.github.calls.refreshes, 0);
  });

  it('takes at once what the store has by now', async () => {
    const service = custody.service(tokens, 'octocat', 60_000);
    const newer = custody.issue('octocat');
    custody.github.revokeToken(stored.accessToken.reveal());
    // Signs in anew while the request with the old token is on its way.
    const held = holdAtGitHub(custody.github, USER, 'before');
    const answer = service.getUser();
    await held.isThere;
    await tokens.store(octocat, newer);
    held.letGo();
    assert.equal((await answer).login, 'octocat');
    assert.equal(tries(), 2);
    assert.equal(custody.github.calls.refreshes, 0);
  });

  it('takes at once what another process has made of it, though it remembers the old one', async () => {
    const remembering = custody.manager({ staleMs: 60_000 });
    await remembering.token(octocat);
    custody.github.revokeToken(stored.accessToken.reveal());
    await tokens.store(octocat, custody.issue('octocat'));
    assert.equal((await custody.service(remembering, 'octocat', 60_000).getUser()).login, 'octocat');
    assert.equal(tries(), 2);
  });

  it('does not send a token again that another process has replaced while it waited', async () => {
    const remembering = custody.manager({ staleMs: 60_000 });
    custody.github.revokeToken(stored.accessToken.reveal());
    const token = remembering.token.bind(remembering);
    let asked = 0;
    remembering.token = async (githubUserId, rejected) => {
      // Before the wait it is asked whether there is another one, and behind it once more.
      if (rejected !== undefined && ++asked === 2) await tokens.store(octocat, custody.issue('octocat'));
      return token(githubUserId, rejected);
    };
    assert.equal((await custody.service(remembering, 'octocat', 1).getUser()).login, 'octocat');
    assert.equal(tries(), 2);
  });

  it('refreshes once only, though others replace the token again and again', async () => {
    custody.github.advance(HOUR);
    custody.github.faults.add({ on: USER, kind: 'status', status: 401 });
    const others = setInterval(() => void tokens.store(octocat, custody.issue('octocat')), 20);
    const service = custody.service(tokens, 'octocat', 30);
    await assert.rejects(service.getUser(), { status: 401 });
    clearInterval(others);
    assert.ok(custody.github.calls.refreshes <= 1);
    assert.ok(tries() <= 8, `${tries()} tries`);
  });

  it('refreshes for one request and again for a later one, as long as it is used', async () => {
    const service = custody.service(tokens, 'octocat');
    for (let request = 1; request <= 3; request += 1) {
      custody.github.advance(HOUR);
      custody.github.revokeToken((await tokens.token(octocat)).reveal());
      assert.equal((await service.getUser()).login, 'octocat');
      assert.equal(custody.github.calls.refreshes, request);
    }
  });

  it('refreshes a token that stays rejected', async () => {
    custody.github.advance(HOUR);
    custody.github.revokeToken(stored.accessToken.reveal());
    assert.equal((await custody.service(tokens, 'octocat').getUser()).login, 'octocat');
    assert.equal(tries(), 3);
    assert.equal(custody.github.calls.refreshes, 1);
  });

  it('gives a new token its second chance as well', async () => {
    custody.github.advance(HOUR);
    custody.github.revokeToken(stored.accessToken.reveal());
    custody.github.options.replicaLagMs = 100;
    assert.equal((await custody.service(tokens, 'octocat', 150).getUser()).login, 'octocat');
    assert.equal(custody.github.calls.refreshes, 1);
  });

  it('gives up after one new token, and rotates nothing with the next requests', async () => {
    custody.github.advance(HOUR);
    custody.github.faults.add({ on: USER, kind: 'status', status: 401 });
    const service = custody.service(tokens, 'octocat', 1);
    for (let n = 0; n < 3; n += 1)
      await assert.rejects(service.getUser(), { status: 401, code: 'invalid_github_token' });
    assert.equal(custody.github.calls.refreshes, 1);
  });

  it('says that the user is signed out when GitHub has ended the grant', async () => {
    custody.github.advance(HOUR);
    custody.github.tokens.revokeGrant('octocat');
    const service = custody.service(tokens, 'octocat', 1);
    await assert.rejects(service.getUser(), { status: 401, code: 'not_authenticated' });
    await assert.rejects(service.getUser(), { status: 401, code: 'not_authenticated' });
    assert.equal(custody.github.calls.refreshes, 1);
  });

  it('spends no refresh on a redirect to another host, nor on a 401 that is a proxy’s', async () => {
    custody.github.advance(HOUR);
    const headers = { location: 'http://127.0.0.1:9/user' };
    for (const fault of [
      { kind: 'answer', status: 302, headers },
      { kind: 'html', status: 401 },
    ] as const) {
      custody.github.faults.add({ on: USER, times: 1, ...fault });
      await assert.rejects(custody.service(tokens, 'octocat', 1).getUser(), { code: 'github_unavailable' });
    }
    assert.equal(tries(), 2);
    assert.equal(custody.github.calls.refreshes, 0);
  });

  it('never takes a 403, a 429 or an outage for a dead token', async () => {
    for (const status of [403, 429, 500, 502]) {
      custody.github.faults.add({ on: USER, kind: 'status', status, times: 1 });
      await assert.rejects(custody.service(tokens, 'octocat').getUser());
    }
    assert.equal(tries(), 4);
    assert.ok((await tokens.token(octocat)).equals(stored.accessToken));
  });
});
