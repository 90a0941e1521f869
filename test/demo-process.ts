import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../demo/free-port.ts';
import { compiled } from './compiled.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** A demo as its own process, without the npm in front of it. */
export class DemoProcess {
  /** Where it says that the server is. */
  readonly address: string;
  /** Where it says that its GitHub is. */
  readonly githubAddress: string;
  /** What it has printed until then. */
  readonly printed: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, printed: string) {
    this.#child = child;
    this.address = /Open\s+(\S+)/.exec(printed)?.[1] ?? '';
    this.githubAddress = /GitHub\s+(\S+)/.exec(printed)?.[1] ?? '';
    this.printed = printed;
  }

  /**
   * Resolves when it has printed its addresses.
   *
   * @param script - of `demo/`.
   * @throws with what it printed, when it ends before that.
   */
  static async start(
    variables: Readonly<Record<string, string>> = {},
    script = 'demo.ts',
  ): Promise<DemoProcess> {
    const child = spawn(process.execPath, [compiled(`demo/${script}`)], {
      cwd: root,
      env: { PATH: process.env.PATH, PORT: String(await freePort()), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    const started = new Promise<DemoProcess>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        printed += chunk.toString();
        // The last of its lines.
        if (/^ *Stop +Ctrl-C$/m.test(printed)) resolve(new DemoProcess(child, printed));
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', () => reject(new Error(`The demo ended before it was ready:\n${printed}`)));
    });
    return started;
  }

  /**
   * Sends the signal, and waits until the process is gone.
   *
   * @returns Its exit code; null when it was the signal that ended it.
   */
  async stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const gone = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.kill(signal);
    const [code] = await gone;
    return code;
  }
}
