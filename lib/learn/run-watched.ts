import { spawn, type StdioOptions } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { commandOf } from './command-of.ts';
import { LEARN_FOLDER, LEARN_PACKAGES } from './learn-folder.ts';
import { mergeLearned } from './merge-learned.ts';
import type { Learned } from './trace.ts';
import type { RecorderOptions } from './watch/recorder.ts';

/** What a command did, and what its processes have learned. */
export interface WatchedRun {
  /** Its exit code; 1 when a signal has ended it. */
  readonly code: number;
  readonly learned: Learned;
}

export interface WatchedRunOptions extends Pick<RecorderOptions, 'namesPackages'> {
  /** Ends the command, when somebody no longer wants to wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** Whether what it prints goes to the standard error, as the standard output is for something else. */
  readonly isQuiet?: boolean;
}

/**
 * Runs a command with the watcher in it and in every Node process that it starts.
 *
 * @param command - the program and its arguments.
 * @param env - the environment that it gets, to which `NODE_OPTIONS` is added.
 * @param options - what is noted of the handlers, and what ends the command.
 * @throws the error of a program that cannot be started.
 */
export async function runWatched(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { namesPackages, signal, isQuiet = false }: WatchedRunOptions = {},
): Promise<WatchedRun> {
  const folder = await mkdtemp(join(tmpdir(), 'openhands-express-learn-'));
  try {
    const watched = {
      ...env,
      [LEARN_FOLDER]: folder,
      ...(namesPackages === true && { [LEARN_PACKAGES]: '1' }),
      NODE_OPTIONS: [env.NODE_OPTIONS, `--import=${registerAddress()}`].filter(Boolean).join(' '),
    };
    const code = await exitCode(program, args, watched, isQuiet, signal);
    return { code, learned: await readLearned(folder) };
  } finally {
    // A process that outlives the command may be writing.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The watcher lies in a folder beside this one, as TypeScript in our repository and as JavaScript in the package. */
function registerAddress(): string {
  return new URL(`../learn/register${extname(import.meta.url)}`, import.meta.url).href;
}

function exitCode(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  isQuiet: boolean,
  signal?: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = ['inherit', isQuiet ? process.stderr : 'inherit', 'inherit'];
    const { shell, command } = commandOf([program, ...args]);
    const child = spawn(...command, { stdio, env, shell });
    // Without it, the command would go on alone, and a reader of its output would wait for it.
    signal?.addEventListener('abort', () => child.kill());
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function readLearned(folder: string): Promise<Learned> {
  const parts: Learned[] = [];
  const lost: string[] = [];
  for (const file of await readdir(folder)) {
    try {
      parts.push(JSON.parse(await readFile(join(folder, file), 'utf8')) as Learned);
    } catch {
      // A process that was killed while it wrote.
      lost.push(
        `What the process ${file.replace('.json', '')} has learned is lost: it was ended while it wrote.`,
      );
    }
  }
  const learned = mergeLearned(parts);
  return { ...learned, notes: [...learned.notes, ...lost] };
}
