/** What a newcomer types, and what they read. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 240_000;

/** A shell in a folder, into which commands are typed as they are documented. */
export class Terminal {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #started: RunningCommand[] = [];

  /** @param env - besides what the shell of this process has; undefined takes a variable away */
  constructor(folder: string, env: NodeJS.ProcessEnv = {}) {
    this.folder = folder;
    // A newcomer does not sit in the npm script of another project.
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_)|NODE_OPTIONS$)/.test(name),
    );
    this.#env = { ...Object.fromEntries(own), ...env };
  }

  /** Types a command that goes on until it is interrupted. */
  start(command: string): RunningCommand {
    const running = new RunningCommand(command, this.folder, this.#env);
    this.#started.push(running);
    return running;
  }

  /** Ends what still runs, as it does after a test that failed. */
  async close(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((running) => running.kill()));
  }

  /**
   * Types a command, and waits for its end.
   *
   * @returns All that it printed.
   * @throws when its exit code is another than `code`, with what it printed.
   */
  async run(command: string, code = 0): Promise<string> {
    const running = this.start(command);
    assert.equal(await running.end(), code, `${command}\n${running.printed}`);
    return running.printed;
  }
}

/** A command whose output is read while it runs. */
export class RunningCommand {
  printed = '';
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(command: string, cwd: string, env: NodeJS.ProcessEnv) {
    this.#command = command;
    // A process group of its own, as a terminal gives each command: Ctrl-C reaches npm and what it has started.
    this.#child = spawn('bash', ['-c', command], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    }
    this.#ended = once(this.#child, 'close');
  }

  /**
   * Waits until it has printed something.
   *
   * @throws when it ends before that, or takes four minutes, with what it printed.
   */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.printed);
      if (found !== null) return found;
      const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null;
      if (isOver || Date.now() > deadline) {
        this.#signal('SIGKILL');
        assert.fail(`${this.#command} never printed ${String(pattern)}, but:\n${this.printed}`);
      }
      await delay(50);
    }
  }

  /** Ctrl-C, and waits until the shell is back. */
  async interrupt(): Promise<void> {
    this.#signal('SIGINT');
    await this.end();
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  /** @returns Its exit code, when it has ended, or null when a signal ended it; it is killed after four minutes. */
  async end(): Promise<number | null> {
    const killer = setTimeout(() => this.#signal('SIGKILL'), PATIENCE_MS);
    await this.#ended;
    clearTimeout(killer);
    return this.#child.exitCode;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(-pid, signal);
  }
}
