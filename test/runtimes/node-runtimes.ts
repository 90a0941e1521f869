/** The versions of Node that the package is tried with: those of runtimes.json, which .ci/install-runtimes installs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Of both lists, each is a version, or `latest`. */
export const { supported: SUPPORTED, refused: REFUSED } = JSON.parse(
  readFileSync(new URL('runtimes.json', import.meta.url), 'utf8'),
) as { readonly supported: readonly string[]; readonly refused: readonly string[] };

export const OLDEST = SUPPORTED[0] ?? '';
export const NEWEST = SUPPORTED.at(-1) ?? '';

export interface NodeRuntime {
  /** As runtimes.json has it. */
  readonly name: string;
  /** Such as `26.12.1`. */
  readonly version: string;
  /** Where its program lies. */
  readonly program: string;
  /** For the environment of a process: its `node` comes before all others. */
  readonly path: string;
}

/** @throws Error that names the command which installs it. */
export function nodeRuntime(name: string): NodeRuntime {
  const { PATH = '', RUNTIMES_DIR, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(RUNTIMES_DIR ?? join(cache, 'openhands-express', 'runtimes'), name);
  const program = join(folder, 'node');
  try {
    const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1);
    return { name, version, program, path: [folder, PATH].join(delimiter) };
  } catch (cause) {
    throw new Error(`There is no Node ${name} at ${program}. Install it with: bash .ci/install-runtimes`, {
      cause,
    });
  }
}
