import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { compileCacheFolder } from '../keep-compiled.ts';
import { attempt } from './attempt.ts';
import type { KeptModules } from './kept-modules.ts';
import { loadsOtherwise } from './loads-otherwise.ts';
import { readModules, writeModules } from './modules-file.ts';
import { pruneCompiled, prunePackages } from './prune.ts';
import { runModules } from './run-modules.ts';
import { isAsWitnessed } from './witnesses.ts';

/** What every server loads of CommonJS, in one hundred and sixty files. */
const PACKAGES = ['express', 'pino', 'cors'];

/** Which installed copies are meant: those that this file would load. */
const here = (): string => fileURLToPath(import.meta.url);

/**
 * Loads Express and pino as they were found and compiled by a start before this one. Node looks for each of their files
 * in several places, and before version 22 compiles each anew: a third of a start. Whether a file is what it was, and lies
 * where it would be found, is still looked at, so an update is never missed.
 *
 * It is kept where Node keeps what it compiles. Where it cannot be kept, or cannot be used, all is loaded as ever.
 *
 * @returns what to call when the process is about to end. The first time it keeps what was found, the second time what
 *   was compiled as well.
 */
export function keepPackages(env: Readonly<Record<string, string | undefined>>): () => Promise<void> {
  const path = pathOfKept(env);
  if (path === undefined) return keepNothing;
  const ready = attempt(() => {
    const kept = readModules(path);
    return isAsWitnessed(kept) ? { kept, scripts: runModules(here(), kept) } : undefined;
  });
  if (ready !== undefined && isCompiled(ready.scripts)) return keepNothing;
  return async () => {
    const found = ready === undefined ? await packagesFound() : withCode(ready.kept, ready.scripts);
    if (found === undefined) return;
    attempt(() => writeModules(path, found));
    prunePackages(dirname(path));
    // Another folder may be that of other programs as well.
    if (dirname(path) === compileCacheFolder(env)) pruneCompiled(dirname(path));
  };
}

/** Without the hundreds of kilobytes that were read, for as long as the process lives. */
const keepNothing = (): Promise<void> => Promise.resolve();

function pathOfKept(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { NODE_COMPILE_CACHE = '', NODE_DISABLE_COMPILE_CACHE = '', NODE_OPTIONS = '' } = env;
  if (NODE_DISABLE_COMPILE_CACHE !== '' || process.versions.pnp !== undefined) return undefined;
  if (loadsOtherwise([...process.execArgv, NODE_OPTIONS].join(' '))) return undefined;
  const folder = NODE_COMPILE_CACHE === '' ? compileCacheFolder(env) : NODE_COMPILE_CACHE;
  const name = `packages-${process.version}-${process.arch}-${crc32(here()).toString(16)}`;
  return folder && join(folder, name);
}

/** Loaded only by the first of many starts. This package may have been replaced since, and nothing be there to be loaded. */
async function packagesFound(): Promise<KeptModules | undefined> {
  try {
    const { findModules } = await import('./find-modules.ts');
    return findModules(here(), PACKAGES);
  } catch {
    return undefined;
  }
}

function isCompiled(scripts: ReadonlyMap<number, Script>): boolean {
  return [...scripts.values()].every(({ cachedDataRejected }) => cachedDataRejected === false);
}

function withCode(kept: KeptModules, scripts: ReadonlyMap<number, Script>): KeptModules {
  const modules = kept.modules.map((module, number) => {
    const code = scripts.get(number)?.createCachedData();
    return { ...module, ...(code && { code }) };
  });
  return { ...kept, modules };
}
