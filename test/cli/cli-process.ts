import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compiledLaunch } from '../compiled.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `openhands-express` in a process of its own, without a terminal. */
export class CliProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  out = '';
  error = '';

  /**
   * @param env - all there is in its environment, besides the PATH
   * @param cwd - its working directory, unless it is the root of the repository
   */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = ROOT) {
    const launch = compiledLaunch('lib/cli/openhands-express.ts', env);
    this.#child = spawn(process.execPath, [...launch.args, ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...launch.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.out += chunk));
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.error += chunk));
    // After 'close', all output has been read.
    this.#exited = once(this.#child, 'close');
  }

  /** The exit code, when it has ended; null when a signal has ended it. */
  async exitCode(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when standard error has said it; rejects when the process ends without. */
  async hasSaid(text: string): Promise<void> {
    while (!this.error.includes(text)) {
      const ended = this.#exited.then(() => Promise.reject(new Error(`It ended without saying "${text}".`)));
      await Promise.race([once(this.#child.stderr!, 'data'), ended]);
    }
  }
}
