import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../../eventually.ts';
import { KEPT_BY_KEYCLOAK, storeAsJson } from './kept-by-keycloak.ts';
import { KeycloakCluster, statusOf } from './keycloak-cluster.ts';

const PROCESSES = 4;
const LOGINS = ['octocat', 'hubot', 'defunkt'];
const NEEDS_TOKEN = '/api/github/repositories';
/** Servers ask Keycloak 3 s before the end, which refreshes then: so each pair lives for 7 s at least. */
const TOKEN_LIFETIME_SECONDS = 10;
const PAIR_LIVES_MS = 7_000;
/** Of each user. */
const REFRESHES = 3;

describe('Four processes behind a Keycloak that keeps the tokens, and revokes refresh tokens', () => {
  let cluster: KeycloakCluster;

  before(async () => {
    cluster = await KeycloakCluster.start({
      size: PROCESSES,
      env: { ...KEPT_BY_KEYCLOAK, KEYCLOAK_CHECK_EVERY: '1s' },
      realm: { revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
      github: { accessTokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS },
    });
    cluster.servers.github.directory.addUser({ login: 'defunkt', email: 'defunkt@github.com' });
    // Long enough for all to come meanwhile.
    cluster.servers.github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'slow', delayMs: 1_000 });
    await storeAsJson(cluster.servers.github, cluster.realm);
  });
  after(() => cluster.close());

  it('have each expired pair refreshed once, ask one at a time, and fail no request', async () => {
    const cookies = await Promise.all(LOGINS.map((login) => cluster.signIn(login)));
    const uses = cluster.countRefreshTokens();
    const { calls, tokens } = cluster.servers.github;
    calls.clear();
    cluster.toKeycloak.requests.length = 0;
    const began = performance.now();
    const statuses = await cluster.whileUsed(cookies, NEEDS_TOKEN, async () => {
      await eventually(() => assert.ok(calls.refreshes >= REFRESHES * LOGINS.length), 200_000);
    });

    assert.deepEqual(Object.keys(statuses), ['200'], JSON.stringify(statuses));
    // Twice for one pair would be far more. Where the machine is slow, there are fewer in the same time.
    const pairs = 2 + (performance.now() - began) / PAIR_LIVES_MS;
    assert.ok(calls.refreshes <= pairs * LOGINS.length, `${calls.refreshes} refreshes`);
    assert.equal(tokens.reusedRefreshTokens, 0);
    const asked = cluster.toKeycloak.count('/broker/github/token');
    assert.ok(asked <= PROCESSES * (calls.refreshes + LOGINS.length), `Keycloak was asked ${asked} times`);
    assert.deepEqual(
      [...uses.values()].filter((times) => times !== 1),
      [],
    );
    assert.deepEqual(
      cluster.log.filter(({ msg }) =>
        /sign in again|does not give|could not be checked|has ended/.test(String(msg)),
      ),
      [],
    );
    for (const cookie of cookies) assert.deepEqual(await cluster.askEach(cookie), Array(PROCESSES).fill(200));
    console.log(
      `      ${statuses[200]} answers, ${calls.refreshes} refreshes at GitHub, ${asked} questions for tokens, ` +
        `${uses.size} refresh tokens used once each`,
    );
  });

  it('ask for all together when a token has ended for all at once', async () => {
    const cookie = await cluster.signIn('octocat');
    const { calls, tokens, options } = cluster.servers.github;
    await delay(TOKEN_LIFETIME_SECONDS * 1_000);
    // The new one lives until the last of them is answered, however long that takes.
    options.accessTokenLifetimeSeconds = 28_800;
    calls.clear();
    const answers = await Promise.all(
      cluster.urls.flatMap((url) => Array.from({ length: 8 }, () => statusOf(url + NEEDS_TOKEN, cookie))),
    );
    assert.deepEqual(answers, Array(8 * PROCESSES).fill(200));
    assert.equal(calls.refreshes, 1);
    assert.equal(tokens.reusedRefreshTokens, 0);
  });
});
