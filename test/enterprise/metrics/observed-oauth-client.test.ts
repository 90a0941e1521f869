import assert from 'node:assert/strict';
import { ObservedOAuthClient } from '../../../lib/enterprise/metrics/observed-oauth-client.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FakeGitHub } from '../../../lib/testing/index.ts';

describe('ObservedOAuthClient', () => {
  let github: FakeGitHub;
  let outcomes: string[];

  beforeEach(async () => {
    github = await FakeGitHub.listen();
    outcomes = [];
  });
  afterEach(() => github.close());

  function client(clientSecret = github.app.clientSecret): ObservedOAuthClient {
    return new ObservedOAuthClient({
      clientId: github.app.clientId,
      clientSecret: new Secret(clientSecret),
      baseUrl: github.url,
      apiUrl: github.apiUrl,
      now: github.clock.now,
      metrics: { refreshEnded: (outcome) => outcomes.push(outcome) },
    });
  }

  const refresh = (it: ObservedOAuthClient, token = 'ghr_unknown') =>
    it.refresh(new Secret(token)).catch(() => undefined);

  it('tells a refresh that worked from one that GitHub refused', async () => {
    const { refresh_token } = github.tokens.issuePair('octocat');
    const tokens = await refresh(client(), refresh_token);
    assert.ok(tokens?.refreshToken !== undefined);
    await refresh(client(), refresh_token);
    assert.deepEqual(outcomes, ['refreshed', 'ended_by_github']);
  });

  it('tells an error of the operator from an outage', async () => {
    await refresh(client('wrong'));
    github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'html', times: 1 });
    await refresh(client());
    assert.deepEqual(outcomes, ['misconfigured', 'unavailable']);
  });
});
