import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { readKeycloakEnvironment } from '../../../lib/enterprise/keycloak/environment.ts';
import { KeycloakClient } from '../../../lib/enterprise/keycloak/keycloak-client.ts';

const NAME = 'openhands';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** To find two primes takes longer than all that most tests have a realm for. */
let shared: Promise<KeyPair> | undefined;

/** A realm over HTTP that answers what a test wants: what no Keycloak can be brought to say. */
export class StandInRealm {
  readonly client: KeycloakClient;
  readonly issuer: string;
  /** The paths below the realm that were asked for. */
  readonly requests: string[] = [];
  /** What answers the token endpoint. */
  token: RequestListener = (_req, res) => void res.writeHead(503).end();
  /** What answers instead of the keys. */
  keys: RequestListener | undefined;
  readonly #server: Server;
  readonly #pair: KeyPair;

  private constructor(server: Server, pair: KeyPair) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#pair = pair;
    this.issuer = `${url}/realms/${NAME}`;
    this.client = new KeycloakClient({
      environment: readKeycloakEnvironment({
        KEYCLOAK_SERVER_URL: url,
        KEYCLOAK_REALM_NAME: NAME,
        KEYCLOAK_CLIENT_ID: 'openhands',
        KEYCLOAK_CLIENT_SECRET: 'secret',
      }),
      timeoutMs: 500,
    });
    server.on('request', (req, res) => void this.#answer(req, res));
  }

  /** @param pair - what it signs with; without, what all such realms of this process sign with. */
  static async listen(pair?: KeyPair): Promise<StandInRealm> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StandInRealm(server, pair ?? (await (shared ??= generateKeyPair('RS256'))));
  }

  /** A token that this realm has signed. */
  async sign(claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: 'k1', ...header })
      .sign(this.#pair.privateKey);
  }

  count(path: string): number {
    return this.requests.filter((it) => it === path).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(...[req, res]: Parameters<RequestListener>): Promise<void> {
    const path = (req.url ?? '').slice(`/realms/${NAME}`.length);
    this.requests.push(path);
    const json = (body: unknown) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/.well-known/openid-configuration') {
      const { issuer } = this;
      json({ issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token` });
    } else if (path === '/keys') {
      if (this.keys !== undefined) this.keys(req, res);
      else
        json({ keys: [{ ...(await exportJWK(this.#pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] });
    } else this.token(req, res);
  }
}
