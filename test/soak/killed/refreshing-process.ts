import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Custody } from '../../enterprise/tokens/custody.ts';
import { ENCRYPTION_KEYS } from '../../enterprise/tokens/custody.ts';

const CHILD = fileURLToPath(new URL('./refreshing.child.ts', import.meta.url));

/** A process that signs users in and refreshes their tokens, to be killed while it does. */
export class RefreshingProcess {
  /** What it had begun and not done, by login. */
  readonly underWay = new Map<string, 'refresh' | 'sign-in'>();
  /** How much it has done. */
  done = 0;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #ready: Promise<void>;

  constructor(custody: Custody, logins: readonly string[]) {
    const { github, folder } = custody;
    const users = logins.map((login) => `${login}=${custody.userId(login)}`);
    const aheadMs = Math.round(github.clock.now() - Date.now());
    this.#child = spawn(
      process.execPath,
      ['--import', 'tsx', CHILD, folder, github.url, github.apiUrl, String(aheadMs), ...users],
      {
        env: { PATH: process.env.PATH, TOKEN_ENCRYPTION_KEYS: ENCRYPTION_KEYS },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.#ended = once(this.#child, 'close');
    const lines = createInterface({ input: this.#child.stdout! });
    this.#ready = once(lines, 'line').then(() => undefined);
    lines.on('line', (line) => this.#read(line));
  }

  /** Resolves when it is at work; rejects when it ended before. */
  async ready(): Promise<void> {
    const ended = this.#ended.then(() => Promise.reject(new Error('The process ended by itself.')));
    await Promise.race([this.#ready, ended]);
    ended.catch(() => undefined);
  }

  /** SIGKILL: it cannot do anything about it. Resolves when it is gone, and all that it has said was read. */
  async kill(): Promise<void> {
    if (!this.#child.kill('SIGKILL')) throw new Error('The process ended by itself.');
    await this.#ended;
  }

  #read(line: string): void {
    const [what, login] = line.split(' ');
    if (login === undefined) return;
    if (what === 'refresh' || what === 'sign-in') {
      this.underWay.set(login, what);
    } else {
      this.underWay.delete(login);
      this.done += 1;
    }
  }
}
