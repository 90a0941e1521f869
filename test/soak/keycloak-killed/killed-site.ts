import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { KeycloakServer } from '../../../demo/keycloak/keycloak-server.ts';
import { FakeGitHub } from '../../../lib/testing/index.ts';
import { eventually } from '../../eventually.ts';
import { environmentFor } from '../../integration/enterprise-site.ts';
import { ServerProcess } from '../../server-process.ts';
import { sharedKeycloak } from '../../services/engines.ts';
import { freePort } from '../../services/engines/program.ts';
import { withClockShifted } from '../../services/engines/shifted-clock.ts';
import { FaultyProxy } from '../../services/enterprise/keycloak/faulty-proxy.ts';
import { KEYCLOAK_CLASS, statusOf } from '../../services/enterprise/keycloak/keycloak-cluster.ts';
import { RealBrowser } from '../../services/enterprise/keycloak/real-browser.ts';
import { Realm } from '../../services/enterprise/keycloak/realm.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PATHS = ['/api/settings', '/api/github/user'];
const BETWEEN_MS = 50;
/** Longer than what failed waits for its next attempt. */
const RETRIED_MS = 120_000;

/** A server behind Keycloak at one address and with one file store, however often its process is killed. */
export class KilledSite {
  readonly realm: Realm;
  readonly #keycloak: KeycloakServer;
  readonly #github: FakeGitHub;
  readonly #toKeycloak: FaultyProxy;
  readonly #files: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #url: string;
  #process: ServerProcess | undefined;

  private constructor(
    parts: { keycloak: KeycloakServer; github: FakeGitHub; toKeycloak: FaultyProxy; realm: Realm },
    files: string,
    port: number,
  ) {
    this.realm = parts.realm;
    this.#keycloak = parts.keycloak;
    this.#github = parts.github;
    this.#toKeycloak = parts.toKeycloak;
    this.#files = files;
    this.#url = `http://127.0.0.1:${port}`;
    this.#env = {
      ...environmentFor(this.#github, files),
      OPENHANDS_CONFIG_CLS: KEYCLOAK_CLASS,
      ...this.realm.env,
      KEYCLOAK_SERVER_URL: this.#toKeycloak.url,
      KEYCLOAK_SERVER_URL_EXT: this.#keycloak.url,
      KEYCLOAK_CHECK_EVERY: '1s',
      PORT: String(port),
    };
  }

  static async open(): Promise<KilledSite> {
    const [keycloak, github, port, files] = await Promise.all([
      sharedKeycloak(),
      FakeGitHub.listen({ rateLimit: 1_000_000 }),
      freePort(),
      mkdtemp(join(tmpdir(), 'keycloak-killed-')),
    ]);
    const toKeycloak = await FaultyProxy.listen(keycloak.url);
    const realm = await Realm.create(keycloak, github, `http://127.0.0.1:${port}`, {
      revokeRefreshToken: true,
      refreshTokenMaxReuse: 0,
    });
    return new KilledSite({ keycloak, github, toKeycloak, realm }, files, port);
  }

  /** @param laterMs - by how much it takes it to be later than it is. */
  async start(laterMs = 0): Promise<void> {
    this.#process = new ServerProcess({ ...this.#env, NODE_OPTIONS: withClockShifted(laterMs) }, ROOT);
    await this.#process.url();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.end('SIGKILL');
    this.#process = undefined;
  }

  /** @returns their logins. */
  addUsers(count: number): string[] {
    return Array.from(
      { length: count },
      (_, index) => this.#github.directory.addUser({ login: `user-${index}` }).login,
    );
  }

  /** How the server answers to the user with this cookie, for what needs a session, and a token of GitHub too. */
  ask(cookie: string): Promise<number[]> {
    return Promise.all(PATHS.map((path) => statusOf(this.#url + path, cookie)));
  }

  /** One request after the other, so that a check of the session comes whenever it is due. */
  async useUntilKilled(cookie: string): Promise<void> {
    try {
      for (;;) {
        await this.ask(cookie);
        await delay(BETWEEN_MS);
      }
    } catch {
      // It is gone.
    }
  }

  /** How many sessions Keycloak was being asked about when the process was killed. */
  async unansweredChecks(): Promise<number> {
    const files = await readdir(this.#files, { recursive: true });
    const sessions = files.filter((file) => file.endsWith('/keycloak_session.json'));
    const texts = await Promise.all(sessions.map((file) => readFile(join(this.#files, file), 'utf8')));
    const states = texts.map((text) => JSON.parse(text) as { unanswered?: boolean; uncheckable?: boolean });
    return states.filter(({ unanswered, uncheckable }) => unanswered === true && uncheckable !== true).length;
  }

  /** @returns what finishes it, and gives the cookie: the user is signed in from then on, whatever happens. */
  async signInUpToCallback(login: string): Promise<() => Promise<string | undefined>> {
    const browser = new RealBrowser(this.#github);
    const { url } = await browser.goTo(
      `${this.#url}/oauth/github/authorize`,
      login,
      ({ pathname }) => pathname === '/oauth/keycloak/callback',
    );
    return async () => {
      await browser.fetch(url.href);
      const value = browser.cookies(this.#url).get('openhands_auth');
      return value === undefined ? undefined : `openhands_auth=${value}`;
    };
  }

  /** Resolves when Keycloak has ended all that it was to end. */
  async nothingIsLeftToEnd(): Promise<void> {
    await eventually(async () => {
      const left = await readdir(join(this.#files, 'keycloak', 'logouts')).catch(() => []);
      assert.deepEqual(left, []);
    }, RETRIED_MS);
  }

  /** What the store has that is not as it should be, a line each. */
  async damage(): Promise<string[]> {
    const files = await readdir(this.#files, { recursive: true });
    const command = ['--import', 'tsx', 'lib/cli/openhands-express.ts', 'tokens', 'verify'];
    const verified = await promisify(execFile)(process.execPath, command, {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...this.#env },
    }).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    return [...files.filter((file) => file.includes('.corrupt-')), ...verified];
  }

  async close(): Promise<void> {
    await this.kill();
    await this.#toKeycloak.close();
    await this.#github.close();
    await this.realm.remove();
    await this.#keycloak.stop();
    await rm(this.#files, { recursive: true, force: true });
  }
}
