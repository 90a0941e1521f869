/** Servers whose clocks are two minutes away from Keycloak's, each way. */
import assert from 'node:assert/strict';
import { eventually } from '../../../eventually.ts';
import { withClockShifted } from '../../engines/shifted-clock.ts';
import { KeycloakCluster } from './keycloak-cluster.ts';

const MINUTE_MS = 60_000;
const SKEWS_MINUTES = [2, -2];
const CHECKS = '/protocol/openid-connect/token';

describe('Servers whose clocks are two minutes ahead of Keycloak, and behind it', () => {
  let cluster: KeycloakCluster;

  before(async () => {
    cluster = await KeycloakCluster.start({
      size: 0,
      realm: { revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
    });
    for (const minutes of SKEWS_MINUTES)
      await cluster.servers.grow({ NODE_OPTIONS: withClockShifted(minutes * MINUTE_MS) });
  });
  after(() => cluster.close());

  /** From now on the load balancer knows this server alone: browsers come to it, and so does Keycloak. */
  async function leaveAlone(index: number): Promise<void> {
    for (const url of cluster.urls) cluster.servers.proxy.remove(url);
    await cluster.servers.proxy.add(cluster.urls[index]!);
  }

  for (const [index, minutes] of SKEWS_MINUTES.entries()) {
    it(`sign somebody in, and end the session when Keycloak tells: ${minutes} minutes`, async () => {
      await leaveAlone(index);
      const cookie = await cluster.signIn('octocat');
      assert.deepEqual(await cluster.askEach(cookie), [200, 200]);
      cluster.toKeycloak.fault = 'answers with an error';
      cluster.toKeycloak.faultyPath = CHECKS;
      try {
        await cluster.endSession('octocat');
        await eventually(async () => assert.deepEqual(await cluster.askEach(cookie), [401, 401]));
      } finally {
        cluster.toKeycloak.fault = undefined;
      }
    });
  }

  it('ask Keycloak no sooner than it is time because another has another clock', async () => {
    const cookies: string[] = [];
    for (const [index, login] of ['hubot', 'monalisa'].entries()) {
      await leaveAlone(index);
      cookies.push(await cluster.signIn(login));
    }
    let checks = 0;
    cluster.toKeycloak.onRequest = (_request, body) =>
      (checks += Number(body.includes('grant_type=refresh_token')));
    for (const cookie of cookies) assert.deepEqual(await cluster.askEach(cookie), [200, 200]);
    // Who ends in order has done what it had begun behind these requests.
    for (const member of [...cluster.servers.members]) assert.equal(await cluster.servers.shrink(member), 0);
    assert.equal(checks, 0);
  });
});
