import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Of Node 22.1 and later. It throws nothing: where the folder cannot be written, nothing is kept. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Has Node keep what it compiles, so that the next start need not do it again. `NODE_COMPILE_CACHE` names another folder, and
 * `NODE_DISABLE_COMPILE_CACHE=1` switches it off, as for every program.
 */
export function keepCompiled(env: Readonly<Record<string, string | undefined>>): void {
  const folder = compileCacheFolder(env);
  if (folder !== undefined) (nodeModule as CompileCache).enableCompileCache?.(folder);
}

/**
 * A folder of the user's own, by the XDG Base Directory Specification. Node's choice is one in `/tmp`, which others can
 * make first, with code for the server to run.
 *
 * @param homeOf - where the home is; throws for a user who has none, as in some containers.
 * @returns undefined where there is none.
 */
export function compileCacheFolder(
  { XDG_CACHE_HOME: given = '' }: Readonly<Record<string, string | undefined>>,
  homeOf: () => string = homedir,
): string | undefined {
  if (isAbsolute(given)) return join(given, 'openhands-express');
  try {
    return join(homeOf(), '.cache', 'openhands-express');
  } catch {
    return undefined;
  }
}
