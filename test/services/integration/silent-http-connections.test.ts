/** Connections to GitHub and Keycloak that are kept alive, and fall silent: a firewall or NAT has forgotten them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keycloakFetch } from '../../../lib/enterprise/keycloak/keycloak-fetch.ts';
import { GitHubUnavailableError } from '../../../lib/oss/github/errors.ts';
import { GitHubService } from '../../../lib/oss/github/github-service.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { Relay } from '../engines/relay.ts';

const TIMEOUT_MS = 500;
const USER = {
  id: 1,
  login: 'octocat',
  avatar_url: 'https://example.com/1.png',
  name: null,
  email: null,
  company: null,
};

describe('A connection that is kept alive and falls silent', () => {
  let server: Server;
  let relay: Relay;
  let url: string;

  beforeEach(async () => {
    server = createServer((_req, res) => {
      res.setHeader('Content-Type', 'application/json');
      res.end(JSON.stringify(USER));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    relay = await Relay.to({ port: (server.address() as AddressInfo).port });
    url = `http://127.0.0.1:${relay.port}`;
  });
  afterEach(async () => {
    await relay.close();
    server.closeAllConnections();
    server.close();
  });

  const callers: Readonly<Record<string, () => Promise<unknown>>> = {
    Keycloak: () =>
      keycloakFetch({ serverUrl: url, externalUrl: url, timeoutMs: TIMEOUT_MS })(`${url}/realm`, {} as never),
    GitHub: () =>
      new GitHubService({ apiUrl: url, token: new Secret('ghp_token'), timeoutMs: TIMEOUT_MS }).getUser(),
  };

  for (const [peer, ask] of Object.entries(callers)) {
    it(`to ${peer} costs one request its bound at most, each, and then there are new ones`, async () => {
      for (const open of [1, 3]) {
        await Promise.all(Array.from({ length: open }, ask));
        const silent = relay.connections;
        assert.ok(silent >= 1);
        relay.blackhole('open');
        let failed = 0;
        for (let asked = 0; asked <= silent + 3; asked += 1) {
          // Whichever it meets, it is answered or given up within its bound, and never hangs.
          await ask().catch((error: unknown) => {
            assert.ok(
              error instanceof GitHubUnavailableError || String(error).includes('within 500 ms'),
              String(error),
            );
            failed += 1;
          });
        }
        assert.ok(failed <= silent, `${failed} of ${silent}`);
        for (let asked = 0; asked < 3; asked += 1) await ask();
        await relay.restore();
      }
    });
  }
});
