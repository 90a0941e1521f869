import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../../eventually.ts';
import { KeycloakCluster } from './keycloak-cluster.ts';

const PROCESSES = 4;
const LOGINS = ['octocat', 'hubot', 'monalisa'];
const CHECK_EVERY_MS = 1_000;
/** Of each user, before the new key, and as many behind it. */
const CHECKS = 4;
const EVERYWHERE = Array.from({ length: PROCESSES }, () => 200);
const NOWHERE = Array.from({ length: PROCESSES }, () => 401);

describe('Four processes behind a realm that revokes refresh tokens', () => {
  let cluster: KeycloakCluster;
  let cookies: string[];
  /** How often each refresh token was used. */
  let uses: ReadonlyMap<string, number>;

  before(async () => {
    cluster = await KeycloakCluster.start({
      size: PROCESSES,
      env: { KEYCLOAK_CHECK_EVERY: `${CHECK_EVERY_MS}ms` },
      realm: { revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
    });
  });
  after(() => cluster.close());

  beforeEach(async () => {
    cluster.toKeycloak.fault = undefined;
    cluster.toKeycloak.faultyPath = '/protocol/openid-connect/token';
    cookies = await Promise.all(LOGINS.map((login) => cluster.signIn(login)));
    uses = cluster.countRefreshTokens();
  });

  const whileUsed = (task: () => Promise<void>) => cluster.whileUsed(cookies, '/api/settings', task);

  async function isAloneSignedOut(index: number): Promise<void> {
    await eventually(async () => assert.deepEqual(await cluster.askEach(cookies[index]!), NOWHERE));
    for (const cookie of cookies.filter((it) => it !== cookies[index]))
      assert.deepEqual(await cluster.askEach(cookie), EVERYWHERE);
  }

  /** Only the logout token can tell of it: a check is not answered meanwhile. */
  async function endAtKeycloak(login: string): Promise<void> {
    cluster.toKeycloak.fault = 'answers with an error';
    await cluster.endSession(login);
  }

  /** A token that nobody has signed has a process look at Keycloak's keys, as they are now. */
  async function loadKeys(url: string): Promise<void> {
    const header = Buffer.from('{"alg":"RS256","typ":"logout+jwt"}').toString('base64url');
    const answer = await fetch(`${url}/oauth/keycloak/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: `${header}.e30.AA` }),
    });
    assert.equal(answer.status, 400);
  }

  it('use each refresh token once under load, and go on so with a signing key that is new', async () => {
    const haveChecked = (times: number) =>
      eventually(() => assert.ok(uses.size >= times * LOGINS.length, `${uses.size} checks`), 120_000);
    const statuses = await whileUsed(async () => {
      await haveChecked(CHECKS);
      await Promise.all(cluster.urls.map(loadKeys));
      await cluster.realm.addSigningKey();
      await haveChecked(2 * CHECKS);
    });
    assert.deepEqual(Object.keys(statuses), ['200'], JSON.stringify(statuses));
    assert.deepEqual(
      [...uses.values()].filter((times) => times !== 1),
      [],
    );
    assert.deepEqual(
      cluster.log.filter(({ msg }) => /could not be checked|was lost|has ended/.test(String(msg))),
      [],
    );
    console.log(`      ${statuses[200]} answers, ${uses.size} refresh tokens used once each`);
    await endAtKeycloak('hubot');
    await isAloneSignedOut(1);
  });

  it('end a session in all of them when Keycloak tells one, in the middle of the load', async () => {
    await whileUsed(async () => {
      await delay(CHECK_EVERY_MS);
      await endAtKeycloak('octocat');
      await isAloneSignedOut(0);
    });
    cluster.toKeycloak.fault = undefined;
    assert.deepEqual(await cluster.askEach(await cluster.signIn('octocat')), EVERYWHERE);
  });
});
