/** Real servers of other projects, as processes of ours: found, started on a free port, and ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where packages put what is not meant for every user's PATH; Debian keeps the versions of PostgreSQL apart. */
const FOLDERS = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  ...newestFirst('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`),
];

/**
 * @param debianPackage - what to install where it is missing.
 * @throws Error that says how to install it.
 */
export function findProgram(name: string, debianPackage: string): string {
  const found = FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(`${name} is not installed. On Debian: apt-get install ${debianPackage}`);
}

export { freePort } from '../../../demo/free-port.ts';

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** Whom to run a server as: ourselves, but `nobody` instead of root, which PostgreSQL and PgBouncer refuse. */
export const user: User = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

/** A new folder that belongs to {@link user}. */
export async function newFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}

/** A server process. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** What it has said on both channels. */
  output = '';

  constructor(path: string, args: readonly string[]) {
    this.#child = spawn(path, args, { ...user, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.output += chunk));
    }
    this.#exited = once(this.#child, 'close');
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal without waiting for what comes of it: `SIGSTOP`, `SIGCONT`. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }
}

function newestFirst(folder: string): string[] {
  try {
    return readdirSync(folder).sort((one, other) => Number(other) - Number(one));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function idOf(option: '-u' | '-g'): number {
  return Number(spawnSync('id', [option, 'nobody'], { encoding: 'utf8' }).stdout);
}
