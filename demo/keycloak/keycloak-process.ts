import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { answers } from '../answers.ts';

const SCRIPT = fileURLToPath(new URL('keycloak.sh', import.meta.url));
/** Fetching it, once, takes longest. */
const LONGEST_START_MS = 600_000;

export interface KeycloakStart {
  readonly port: number;
  /** What it reads besides the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it while it is starting. */
  readonly signal?: AbortSignal;
  /** Told what is being done, a line at a time. */
  readonly progress?: (line: string) => void;
}

/** A Keycloak that ends with this process, even when that is killed. */
export class KeycloakProcess {
  readonly url: string;
  /** Of its process group. */
  pid = 0;
  readonly #script: ChildProcess;
  readonly #gone = new AbortController();
  #complaint = '';

  private constructor(folder: string, { port, env, progress }: KeycloakStart) {
    this.url = `http://127.0.0.1:${port}`;
    this.#script = spawn('bash', [SCRIPT, 'run', String(port), folder], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const { stdin, stdout, stderr } = this.#script;
    // It may have ended before it is told to.
    stdin?.on('error', () => undefined);
    stderr?.on('data', (chunk: Buffer) => (this.#complaint += chunk.toString()));
    if (stdout !== null)
      createInterface(stdout).on('line', (line) => {
        const pid = /^KEYCLOAK_PID=(\d+)$/.exec(line)?.[1];
        if (pid === undefined) progress?.(line);
        else this.pid = Number(pid);
      });
    this.#script.once('close', () => this.#gone.abort());
    this.#script.once('error', () => {
      this.#complaint = 'Keycloak is started by bash, which is missing.';
      this.#gone.abort();
    });
  }

  /**
   * Resolves when it answers.
   *
   * @param folder - for its data, which may be there; realms in its folder `import` are made unless they are there.
   * @throws Error with what it has complained about.
   */
  static async start(folder: string, options: KeycloakStart): Promise<KeycloakProcess> {
    const process = new KeycloakProcess(folder, options);
    const signals = [process.#gone.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const isUp = await answers(`${process.url}/realms/master`, {
      patienceMs: LONGEST_START_MS,
      signal: AbortSignal.any(signals),
    });
    if (isUp) return process;
    await process.end();
    throw new Error(process.#complaint.trim() || 'Keycloak did not start.');
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    if (!this.#gone.signal.aborted) await once(this.#gone.signal, 'abort');
  }

  /** Ends it. Resolves when it has ended. */
  async end(): Promise<void> {
    this.#script.stdin?.end();
    await this.ended();
  }
}
