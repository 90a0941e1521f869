import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { KeycloakProcess, type KeycloakStart } from './keycloak-process.ts';

/** A running one: the id of its process group, and where its data are. */
export interface RunningKeycloak {
  readonly pid: number;
  readonly folder: string;
}

/** A real Keycloak on this machine, as a process of ours, with an empty database. It takes half a minute to start. */
export class KeycloakServer {
  readonly url: string;
  #running: RunningKeycloak | undefined;
  /** Of the one that this process has started. */
  #process: KeycloakProcess | undefined;

  private constructor(url: string, running?: RunningKeycloak, process?: KeycloakProcess) {
    this.url = url;
    this.#running = running;
    this.#process = process;
  }

  /**
   * One that runs already, and whose admin is admin, with the password admin.
   *
   * @param running - needed to pause or to kill it.
   */
  static at(url: string, running?: RunningKeycloak): KeycloakServer {
    return new KeycloakServer(url, running);
  }

  /**
   * @param options - with the port that is taken when it is free.
   * @throws Error with one line that says what to install, where something is missing.
   */
  static async start(options: Partial<KeycloakStart> = {}): Promise<KeycloakServer> {
    const port = await freePort(options.port);
    const folder = await mkdtemp(join(tmpdir(), 'openhands-keycloak-'));
    try {
      const process = await KeycloakProcess.start(folder, { ...options, port });
      return new KeycloakServer(process.url, { pid: process.pid, folder }, process);
    } catch (error) {
      await remove(folder);
      throw error;
    }
  }

  /** Lets nothing be done any more, not even what is under way: it is slow beyond measure. */
  pause(): void {
    process.kill(-this.#its().pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(-this.#its().pid, 'SIGCONT');
  }

  /** SIGKILL: it cannot do anything about it. Resolves when nobody listens any more. */
  async kill(): Promise<void> {
    process.kill(-this.#its().pid, 'SIGKILL');
    await this.#process?.ended();
    while (await isListening(this.url)) await delay(50);
  }

  /** Starts again, at the same address and with the same data, what was killed. */
  async restart(): Promise<void> {
    const { folder } = this.#its();
    this.#process = await KeycloakProcess.start(folder, { port: Number(new URL(this.url).port) });
    this.#running = { pid: this.#process.pid, folder };
  }

  /** Ends what this process has started, and removes its data. */
  async stop(): Promise<void> {
    if (this.#process === undefined) return;
    await this.#process.end();
    await remove(this.#its().folder);
  }

  #its(): RunningKeycloak {
    if (this.#running === undefined) throw new Error('It is not known which process this Keycloak is.');
    return this.#running;
  }

  /**
   * A call of the admin API.
   *
   * @param path - below `/admin/realms`.
   * @returns the answer's body.
   * @throws Error for a status of 400 or more.
   */
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

/** Whether anybody accepts a connection there; it may be one who is about to be gone. */
function isListening(url: string): Promise<boolean> {
  return fetch(url, { method: 'HEAD' }).then(
    () => true,
    (error: unknown) => !String((error as Error).cause).includes('ECONNREFUSED'),
  );
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
