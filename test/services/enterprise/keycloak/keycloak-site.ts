/** A server behind a realm of its own, on a real port, beside a fake GitHub with the same clock, for one test. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp, type OpenHandsApp } from '../../../../lib/app.ts';
import { KeycloakServerConfig } from '../../../../lib/enterprise/index.ts';
import { errorForLog } from '../../../../lib/oss/error-for-log.ts';
import type { ServerConfigOptions } from '../../../../lib/oss/server-config.ts';
import { FakeGitHub } from '../../../../lib/testing/index.ts';
import { DescribedApi } from '../../../integration/described-api.ts';
import { environmentFor } from '../../../integration/enterprise-site.ts';
import { sharedKeycloak } from '../../engines.ts';
import { type Fault, FaultyProxy } from './faulty-proxy.ts';
import { type Page, RealBrowser } from './real-browser.ts';
import { Realm, type RealmChanges } from './realm.ts';

export interface KeycloakSiteOptions {
  readonly env?: Record<string, string>;
  /** What of the realm is different from the template. */
  readonly realm?: RealmChanges;
  readonly patience?: ServerConfigOptions['patience'];
  /** What is wrong on the way to Keycloak when the server starts. */
  readonly fault?: Fault;
  /** Shown the logout tokens that come. */
  readonly backchannel?: (logoutToken: string) => void;
}

export class KeycloakSite {
  readonly github: FakeGitHub;
  readonly realm: Realm;
  /** Between this server and Keycloak; browsers go to Keycloak itself. */
  readonly proxy: FaultyProxy;
  readonly url: string;
  readonly files: string;
  readonly app: OpenHandsApp;
  readonly log: readonly string[];
  /** Whether logout tokens come no further than to who is shown them. */
  losesLogoutTokens = false;
  readonly #close: () => Promise<void>;

  private constructor(
    site: Pick<KeycloakSite, 'github' | 'realm' | 'proxy' | 'url' | 'files' | 'app' | 'log'>,
    close: () => Promise<void>,
  ) {
    this.github = site.github;
    this.realm = site.realm;
    this.proxy = site.proxy;
    this.url = site.url;
    this.files = site.files;
    this.app = site.app;
    this.log = site.log;
    this.#close = close;
  }

  static async open(options: KeycloakSiteOptions = {}): Promise<KeycloakSite> {
    const { env, realm: changes, patience, backchannel, fault } = options;
    const keycloak = await sharedKeycloak();
    const github = await FakeGitHub.listen();
    const proxy = await FaultyProxy.listen(keycloak.url);
    proxy.fault = fault;
    const files = await mkdtemp(join(tmpdir(), 'keycloak-site-'));
    const log: string[] = [];
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const realm = await Realm.create(keycloak, github, url, changes);
    const clear = async () => {
      server.closeAllConnections();
      server.close();
      await proxy.close();
      await github.close();
      await realm.remove();
      await rm(files, { recursive: true, force: true });
    };
    const app = await start({
      env: {
        ...environmentFor(github, files),
        ...realm.env,
        KEYCLOAK_SERVER_URL: proxy.url,
        KEYCLOAK_SERVER_URL_EXT: keycloak.url,
        ...env,
      },
      now: github.clock.now,
      logger: pino(
        { level: 'trace', serializers: { err: errorForLog } },
        { write: (line) => log.push(line) },
      ),
      ...(patience && { patience }),
    }).catch(async (error: unknown) => {
      await clear();
      throw error;
    });
    const api = new DescribedApi(app);
    const handle = api.watch(app);
    const site = new KeycloakSite({ github, realm, proxy, url, files, app, log }, async () => {
      server.closeAllConnections();
      await app.close();
      await clear();
      api.assertKept();
    });
    server.on('request', (req, res) => {
      if (backchannel && req.url === BACKCHANNEL) watchBody(req, (body) => backchannel(tokenIn(body)));
      if (site.losesLogoutTokens && req.url === BACKCHANNEL) req.resume().on('end', () => res.destroy());
      else handle(req, res);
    });
    return site;
  }

  browser(): RealBrowser {
    return new RealBrowser(this.github);
  }

  /** Goes through the whole sign-in. @returns where it ends. */
  signIn(browser: RealBrowser, login = 'octocat', query = ''): Promise<Page> {
    return browser.goTo(`${this.url}/oauth/github/authorize${query}`, login);
  }

  async signedIn(login = 'octocat'): Promise<RealBrowser> {
    const browser = this.browser();
    const page = await this.signIn(browser, login);
    assert.equal(page.status, 200, page.text);
    assert.equal(await this.statusOf(browser), 200);
    return browser;
  }

  /** Whether the API lets this browser in: 200 or 401. */
  async statusOf(browser: RealBrowser, path = '/api/settings'): Promise<number> {
    const response = await browser.fetch(this.url + path);
    await response.text();
    return response.status;
  }

  /** The files in the store, as paths relative to it, in order; without those of locks. */
  async documents(): Promise<string[]> {
    const top = await readdir(this.files, { withFileTypes: true });
    const folders = top.filter((entry) => entry.isDirectory() && !entry.name.startsWith('~'));
    const below = await Promise.all(
      folders.map(({ name }) => readdir(join(this.files, name), { recursive: true, withFileTypes: true })),
    );
    return [...top, ...below.flat()]
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.files.length + 1))
      .sort();
  }

  async document(path: string): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(this.files, path), 'utf8')) as Record<string, unknown>;
  }

  /** @throws AssertionError when anything that was logged holds a secret, or an answer was not as it is described. */
  async close(): Promise<void> {
    await this.#close();
    const leaks = this.log.filter((line) => LEAKS.some((leak) => leak.test(line)));
    assert.deepEqual(leaks, []);
    assert.deepEqual(
      this.log.filter((line) => line.includes(this.realm.env.KEYCLOAK_CLIENT_SECRET!)),
      [],
    );
  }
}

async function start(options: ServerConfigOptions): Promise<OpenHandsApp> {
  const config = new KeycloakServerConfig(options);
  try {
    return await createApp(config);
  } catch (error) {
    await config.close();
    throw error;
  }
}

const BACKCHANNEL = '/oauth/keycloak/backchannel-logout';

/** Sees the body of a request on its way to whoever reads it. */
function watchBody(req: IncomingMessage, seen: (body: string) => void): void {
  const push = req.push.bind(req);
  let body = '';
  req.push = (chunk: Buffer | null, ...rest) => {
    if (chunk === null) seen(body);
    else body += chunk.toString();
    return push(chunk, ...rest);
  };
}

function tokenIn(body: string): string {
  return new URLSearchParams(body).get('logout_token') ?? '';
}

const LEAKS = [
  /gh[oprsu]_\w{4}/,
  /\bcode=\w{8}|\bstate=[\w-]{16}/,
  /openhands_(auth|flow_[\w-]{12})=\w/,
  /\beyJ[\w-]{16}/,
];
