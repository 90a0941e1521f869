import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { readKeycloakEnvironment } from '../../../lib/enterprise/keycloak/environment.ts';
import { ObservedKeycloakClient } from '../../../lib/enterprise/keycloak/observed-keycloak-client.ts';
import { KeycloakMetrics } from '../../../lib/enterprise/metrics/keycloak-metrics.ts';
import { Secret } from '../../../lib/oss/secret.ts';

const CHECKS = 'openhands_keycloak_session_checks_total';
const REQUESTS = 'openhands_keycloak_request_duration_seconds_count';

describe('The metrics of Keycloak', () => {
  let server: Server;
  let registry: Registry;
  let metrics: KeycloakMetrics;
  let client: ObservedKeycloakClient;
  /** What the token endpoint answers; undefined breaks the connection. */
  let answer: { readonly status: number; readonly body: object } | undefined;

  beforeEach(async () => {
    server = createServer((req, res) => {
      const issuer = `http://${req.headers.host}/realms/openhands`;
      if (req.url?.endsWith('/openid-configuration') === true) {
        const token_endpoint = `${issuer}/protocol/openid-connect/token`;
        res
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ issuer, token_endpoint }));
      } else if (answer === undefined) res.destroy();
      else
        res.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    registry = new Registry();
    metrics = new KeycloakMetrics(registry);
    client = new ObservedKeycloakClient({
      environment: readKeycloakEnvironment({
        KEYCLOAK_SERVER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        KEYCLOAK_REALM_NAME: 'openhands',
        KEYCLOAK_CLIENT_ID: 'openhands',
        KEYCLOAK_CLIENT_SECRET: 'hush-hush',
      }),
      timeoutMs: 2_000,
      metrics,
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** The value of a series whose labels are given in their order. */
  async function value(name: string, labels = ''): Promise<number> {
    const line = (await registry.metrics()).split('\n').find((it) => it.startsWith(`${name}${labels} `));
    assert.ok(line, `${name}${labels} is not told`);
    return Number(line.split(' ')[1]);
  }

  for (const [outcome, given] of [
    ['goes_on', { status: 200, body: { access_token: 'at', token_type: 'bearer', refresh_token: 'rt' } }],
    ['invalid_grant', { status: 400, body: { error: 'invalid_grant' } }],
    ['misconfigured', { status: 401, body: { error: 'unauthorized_client' } }],
    ['unavailable', { status: 503, body: { error: 'temporarily_unavailable' } }],
    ['unavailable', undefined],
  ] as const) {
    it(`count a check that is ${outcome}, by ${given?.status ?? 'a broken connection'}`, async () => {
      answer = given;
      assert.equal(await value(CHECKS, `{outcome="${outcome}"}`), 0);
      await client.refresh(new Secret('rt')).catch(() => undefined);
      assert.equal(await value(CHECKS, `{outcome="${outcome}"}`), 1);
      const isError = given === undefined || given.status >= 500;
      assert.equal(await value(REQUESTS, `{request="token",outcome="${isError ? 'error' : 'ok'}"}`), 1);
      assert.equal(await value(REQUESTS, '{request="discovery",outcome="ok"}'), 1);
    });
  }

  it('do not take the look at the client at the start for a check', async () => {
    answer = { status: 400, body: { error: 'invalid_grant' } };
    await client.verify();
    assert.equal(await value(CHECKS, '{outcome="invalid_grant"}'), 0);
  });

  it('tell whether Keycloak is there, and what waits for it, when somebody looks', async () => {
    let isThere = true;
    const asked = () => (isThere ? Promise.resolve() : Promise.reject(new Error('away')));
    metrics.watch({ check: asked, logoutsWaiting: () => asked().then(() => 3) });
    assert.deepEqual(
      [await value('openhands_keycloak_up'), await value('openhands_keycloak_logouts_waiting')],
      [1, 3],
    );
    isThere = false;
    assert.equal(await value('openhands_keycloak_up'), 0);
    assert.ok(Number.isNaN(await value('openhands_keycloak_logouts_waiting')));
  });
});
