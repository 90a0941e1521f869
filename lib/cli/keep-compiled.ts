import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeOwnFolder } from './make-own-folder.ts';

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
 * @returns undefined where what it would be in is not there, or the folder cannot be made. It is made here, as Node would try
 * for ever where no folder can be made.
 */
export function compileCacheFolder(
  { XDG_CACHE_HOME: given = '' }: Readonly<Record<string, string | undefined>>,
  homeOf: () => string = homedir,
): string | undefined {
  try {
    const [there, cache] = isAbsolute(given) ? [given, given] : [homeOf(), join(homeOf(), '.cache')];
    if (!existsSync(there)) return undefined;
    const folder = join(cache, 'openhands-express');
    makeOwnFolder(folder);
    return folder;
  } catch {
    return undefined;
  }
}
