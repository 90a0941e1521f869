/** Servers behind one realm of Keycloak, on one database, behind a load balancer: the address that all the world knows. */
import assert from 'node:assert/strict';
import type { FakeGitHubOptions } from '../../../../lib/testing/index.ts';
import { Cluster } from '../../cluster/cluster.ts';
import { sharedKeycloak } from '../../engines.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { RealBrowser } from './real-browser.ts';
import { Realm } from './realm.ts';

export const KEYCLOAK_CLASS = './lib/enterprise/keycloak/keycloak-server-config.ts#KeycloakServerConfig';

export interface KeycloakClusterOptions {
  readonly size: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What of the realm is different from the template. */
  readonly realm?: Record<string, unknown>;
  readonly github?: FakeGitHubOptions;
}

export class KeycloakCluster {
  readonly servers: Cluster;
  readonly realm: Realm;
  /** Between the servers and Keycloak; browsers go to Keycloak itself. */
  readonly toKeycloak: FaultyProxy;

  private constructor(servers: Cluster, realm: Realm, toKeycloak: FaultyProxy) {
    this.servers = servers;
    this.realm = realm;
    this.toKeycloak = toKeycloak;
  }

  static async start({
    size,
    env,
    realm: changes,
    github,
  }: KeycloakClusterOptions): Promise<KeycloakCluster> {
    const keycloak = await sharedKeycloak();
    const toKeycloak = await FaultyProxy.listen(keycloak.url);
    let realm: Realm | undefined;
    const servers = await Cluster.start(
      size,
      async (site) => {
        realm = await Realm.create(keycloak, site.github, site.proxy.url, changes);
        return {
          OPENHANDS_CONFIG_CLS: KEYCLOAK_CLASS,
          ...realm.env,
          KEYCLOAK_SERVER_URL: toKeycloak.url,
          KEYCLOAK_SERVER_URL_EXT: keycloak.url,
          ...env,
        };
      },
      { rateLimit: 1_000_000, ...github },
    );
    return new KeycloakCluster(servers, realm!, toKeycloak);
  }

  get url(): string {
    return this.servers.proxy.url;
  }

  get urls(): string[] {
    return this.servers.members.map(({ url }) => url);
  }

  /** Goes through the flow at the load balancer. @returns the cookie that the user is known by. */
  async signIn(login: string): Promise<string> {
    const browser = new RealBrowser(this.servers.github);
    const page = await browser.goTo(`${this.url}/oauth/github/authorize`, login);
    const value = browser.cookies(this.url).get('openhands_auth');
    assert.ok(value !== undefined, `${page.status} ${page.text}`);
    return `openhands_auth=${value}`;
  }

  /** How each server answers a user who wants what needs a session and a token of GitHub. */
  askEach(cookie: string): Promise<number[]> {
    return Promise.all(this.urls.map((url) => statusOf(`${url}/api/github/user`, cookie)));
  }

  /**
   * Every user at every process, one request after the other, until `task` is done.
   *
   * @returns the answers, counted by status.
   */
  async whileUsed(
    cookies: readonly string[],
    path: string,
    task: () => Promise<void>,
  ): Promise<Record<number, number>> {
    const statuses: Record<number, number> = {};
    const loading = new AbortController();
    const clients = cookies.flatMap((cookie) =>
      this.urls.map(async (url) => {
        while (!loading.signal.aborted) {
          const status = await statusOf(url + path, cookie);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
      }),
    );
    await task().finally(() => loading.abort());
    await Promise.all(clients);
    return statuses;
  }

  /** Counts from now on how often each refresh token of Keycloak's is used. */
  countRefreshTokens(): ReadonlyMap<string, number> {
    const uses = new Map<string, number>();
    this.toKeycloak.onRequest = (_request, body) => {
      const form = new URLSearchParams(body);
      const token = form.get('refresh_token');
      if (form.get('grant_type') === 'refresh_token' && token !== null)
        uses.set(token, (uses.get(token) ?? 0) + 1);
    };
    return uses;
  }

  /** Has Keycloak end the session of a user, of which it tells over the back channel. */
  async endSession(login: string): Promise<void> {
    const { id } = this.servers.github.directory.user(login);
    const session = (await this.realm.sessions()).find(({ username }) => username === String(id));
    assert.ok(session !== undefined, `${login} has no session at Keycloak.`);
    await this.realm.endSession(session.id);
  }

  /** What all servers have logged, a line each. */
  get log(): Record<string, unknown>[] {
    return this.servers.members.flatMap(({ process }) => process.lines);
  }

  async close(): Promise<void> {
    await this.servers.close();
    await this.toKeycloak.close();
    await this.realm.remove();
  }
}

export async function statusOf(url: string, cookie: string): Promise<number> {
  const answer = await fetch(url, { headers: { cookie } });
  await answer.arrayBuffer();
  return answer.status;
}
