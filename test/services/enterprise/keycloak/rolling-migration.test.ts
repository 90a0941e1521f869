/** A company goes behind its Keycloak, and back, with everybody at work. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../../eventually.ts';
import { KEYCLOAK_CLASS, KeycloakCluster, statusOf } from './keycloak-cluster.ts';

const SAAS_CLASS = './lib/enterprise/saas-server-config.ts#SaasServerConfig';
const PROCESSES = 2;
/** So short that tokens are refreshed by both, all the time. */
const TOKEN_LIFETIME_SECONDS = 5;
const LOAD_MS = 2_000;
const PATHS = ['/api/settings', '/api/github/repositories'];

describe('A rolling restart', () => {
  let cluster: KeycloakCluster;

  before(async () => {
    cluster = await KeycloakCluster.start({
      size: PROCESSES,
      env: { OPENHANDS_CONFIG_CLS: SAAS_CLASS, KEYCLOAK_CHECK_EVERY: '1s', SHUTDOWN_DELAY: '1s' },
      realm: { revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
      github: { accessTokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS },
    });
  });
  after(() => cluster.close());

  async function replaceAll(OPENHANDS_CONFIG_CLS: string): Promise<void> {
    for (const old of [...cluster.servers.members]) {
      await cluster.servers.grow({ OPENHANDS_CONFIG_CLS });
      assert.equal(await cluster.servers.shrink(old), 0);
    }
  }

  const sessions = async () => (await cluster.realm.sessions()).map(({ username }) => username).sort();

  it('to the edition behind Keycloak, and one back, sign nobody out and fail no request', async () => {
    const cookies = new Map<string, string>();
    const failures: string[] = [];
    const answered = new Map<string, number>();
    const loading = new AbortController();
    const clients: Promise<void>[] = [];
    /** Signs somebody in, who is at work from then on, wherever else they sign in. */
    const join = async (login: string): Promise<string> => {
      const cookie = await cluster.signIn(login);
      const name = `${login} ${cookies.size}`;
      cookies.set(name, cookie);
      clients.push(...PATHS.map((path) => work(name, cookie, path)));
      return cookie;
    };
    const work = async (name: string, cookie: string, path: string): Promise<void> => {
      while (!loading.signal.aborted) {
        const status = await statusOf(cluster.url + path, cookie);
        if (status !== 200) failures.push(`${name}: ${path} ${status}`);
        answered.set(name, (answered.get(name) ?? 0) + 1);
        await delay(5);
      }
    };
    try {
      await join('octocat');
      await join('hubot');
      assert.deepEqual(await sessions(), []);

      await replaceAll(KEYCLOAK_CLASS);
      await join('monalisa');
      // The same user as before.
      await join('hubot');
      const ids = ['hubot', 'monalisa'].map((login) =>
        String(cluster.servers.github.directory.user(login).id),
      );
      assert.deepEqual(await sessions(), [...ids].sort());
      await delay(LOAD_MS);

      await replaceAll(SAAS_CLASS);
      await join('monalisa');
      await delay(LOAD_MS);

      // There once more: what Keycloak has said goes on is checked as if nothing had been.
      await replaceAll(KEYCLOAK_CLASS);
      cluster.toKeycloak.requests.length = 0;
      await eventually(() => assert.notEqual(cluster.toKeycloak.count('/protocol/openid-connect/token'), 0));
      await delay(LOAD_MS);
    } finally {
      loading.abort();
      await Promise.all(clients);
    }
    assert.deepEqual(failures, []);
    for (const [name, cookie] of cookies) assert.deepEqual(await cluster.askEach(cookie), [200, 200], name);
    assert.equal(cluster.servers.github.tokens.reusedRefreshTokens, 0);
    const { refreshes } = cluster.servers.github.calls;
    assert.equal(refreshes > cookies.size, true, `${refreshes} refreshes`);
    console.log(
      `      ${[...answered.values()].reduce((sum, it) => sum + it, 0)} answers, ${refreshes} refreshes at GitHub`,
    );
  });
});
