import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { compiledLaunch } from './compiled.ts';

const READY = /listens on (http:[^\s"]+)/;

/** `server.ts` in a process of its own, with nothing in its environment but what is given. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  output = '';
  errors = '';

  constructor(env: Readonly<Record<string, string>>, cwd: string, args: readonly string[] = []) {
    const launch = compiledLaunch('server.ts', env);
    this.#child = spawn(process.execPath, [...launch.args, ...args], {
      cwd,
      env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', ...launch.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (this.output += chunk));
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.errors += chunk));
    // After 'close', all output has been read.
    this.#exited = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What it has logged. */
  get lines(): Record<string, unknown>[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Where it listens, once it does. */
  async url(): Promise<string> {
    return (await this.says(READY))[1]!;
  }

  /**
   * What is found in its output, once it is there: an answer to a request can overtake what was logged before it.
   *
   * @param from - where in the output to begin.
   */
  async says(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output.slice(from));
      if (found !== null) return found;
      const ended = await Promise.race([
        this.#exited.then(() => true),
        once(this.#child.stdout!, 'data').then(() => false),
      ]);
      if (ended) throw new Error(`The server ended: ${this.errors}`);
    }
  }

  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns the exit code; null when it was killed by a signal it doesn't handle. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exited;
  }

  /** The exit code of a server that ends by itself. */
  exitCode(): Promise<number | null> {
    return this.#exited;
  }
}
