import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { findProgram } from './program.ts';

const SCRIPT = fileURLToPath(new URL('start-keycloak.sh', import.meta.url));
/** Fetching it, once, takes longest. */
const LONGEST_START_MS = 600_000;

/** The process of a Keycloak, and the folder with its data. */
interface KeycloakProcess {
  readonly pid: number;
  readonly home: string;
}

/** A real Keycloak. It starts slowly, so one serves all tests, each with a realm of its own. */
export class KeycloakServer {
  readonly url: string;
  #process: KeycloakProcess | undefined;
  readonly #isOwn: boolean;

  private constructor(url: string, process: KeycloakProcess | undefined, isOwn: boolean) {
    this.url = url;
    this.#process = process;
    this.#isOwn = isOwn;
  }

  /**
   * Starts one; with `KEYCLOAK_URL` the one that runs there is used, which can be killed if `KEYCLOAK_PID` and
   * `KEYCLOAK_HOME` are set too, as the script says them.
   *
   * @throws Error that says what to install where something is missing.
   */
  static async start(): Promise<KeycloakServer> {
    const { KEYCLOAK_URL: running, KEYCLOAK_PID: pid, KEYCLOAK_HOME: home } = process.env;
    if (running !== undefined) {
      const itsProcess = pid === undefined || home === undefined ? undefined : { pid: Number(pid), home };
      return new KeycloakServer(running, itsProcess, false);
    }
    findProgram('java', 'openjdk-17-jre-headless');
    findProgram('mvn', 'maven');
    const { url, ...itsProcess } = await startProcess({});
    return new KeycloakServer(url, itsProcess, true);
  }

  /** Lets nothing be done any more, not even what is under way: it is slow beyond measure. */
  pause(): void {
    process.kill(-this.#running().pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(-this.#running().pid, 'SIGCONT');
  }

  /** SIGKILL: it cannot do anything about it. Resolves when nobody listens any more. */
  async kill(): Promise<void> {
    process.kill(-this.#running().pid, 'SIGKILL');
    await eventually(() =>
      assert.rejects(fetch(this.url), ({ cause }: Error) => String(cause).includes('ECONNREFUSED')),
    );
  }

  /** Starts again, at the same address and with the same data, what was killed. */
  async restart(): Promise<void> {
    const { home } = this.#running();
    const { pid } = await startProcess({ KEYCLOAK_HOME: home, KEYCLOAK_PORT: new URL(this.url).port });
    this.#process = { pid, home };
  }

  async stop(): Promise<void> {
    if (!this.#isOwn) return;
    const { pid, home } = this.#running();
    await run('stop', { KEYCLOAK_PID: String(pid), KEYCLOAK_HOME: home });
  }

  #running(): KeycloakProcess {
    if (this.#process === undefined)
      throw new Error('Set KEYCLOAK_PID and KEYCLOAK_HOME beside KEYCLOAK_URL.');
    return this.#process;
  }

  /** A call of the admin API. @returns the answer's body. @throws Error for a status of 400 or more. */
  async admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.#adminToken()}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keycloak answers ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  async #adminToken(): Promise<string> {
    const response = await fetch(`${this.url}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'admin-cli',
        username: 'admin',
        password: 'admin',
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }
}

async function startProcess(
  env: Record<string, string>,
): Promise<KeycloakProcess & { readonly url: string }> {
  const said = await run('start', env);
  const value = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(said)?.[1];
  const [url, pid, home] = [value('KEYCLOAK_URL'), value('KEYCLOAK_PID'), value('KEYCLOAK_HOME')];
  if (url === undefined || pid === undefined || home === undefined)
    throw new Error(`Keycloak does not start: ${said}`);
  return { url, pid: Number(pid), home };
}

async function run(action: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', [SCRIPT, action], {
    timeout: LONGEST_START_MS,
    env: { ...process.env, ...env },
  });
  return stdout;
}
