import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from './program.ts';

const SCRIPT = fileURLToPath(new URL('start-keycloak.sh', import.meta.url));
/** Fetching it, once, takes longest. */
const LONGEST_START_MS = 600_000;

/** A real Keycloak. It starts slowly, so one serves all tests, each with a realm of its own. */
export class KeycloakServer {
  readonly url: string;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.#stop = stop;
  }

  /**
   * Starts one; with `KEYCLOAK_URL` the one that runs there is used.
   *
   * @throws Error that says what to install where something is missing.
   */
  static async start(): Promise<KeycloakServer> {
    const running = process.env.KEYCLOAK_URL;
    if (running !== undefined) return new KeycloakServer(running, () => Promise.resolve());
    findProgram('java', 'openjdk-17-jre-headless');
    findProgram('mvn', 'maven');
    const run = (action: string) =>
      promisify(execFile)('bash', [SCRIPT, action], { timeout: LONGEST_START_MS });
    const { stdout } = await run('start');
    const url = /^KEYCLOAK_URL=(.+)$/m.exec(stdout)?.[1];
    if (url === undefined) throw new Error(`Keycloak does not start: ${stdout}`);
    return new KeycloakServer(url, async () => {
      await run('stop');
    });
  }

  async stop(): Promise<void> {
    await this.#stop();
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
