import { type Dirent, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './attempt.ts';

/** Of how many copies of this package, each with each version of Node, something is kept. One takes about a megabyte. */
const MOST = 8;
/** A start loads about fifty files of which Node keeps what it compiled. */
const MOST_COMPILED = 50 * MOST;
/** After which nobody is still writing a file, in milliseconds. */
const WRITTEN_BY_THEN = 60_000;

/** As keepPackages names a file: after the version of Node, the processor, and the place of this package. */
const NAME = String.raw`^packages-v\d+\.\d+\.\d+[\w.+-]*-[a-z\d]+-[\da-f]{1,8}`;
const KEPT = new RegExp(`${NAME}$`);
/** What a process was writing when it was killed ends in its number. */
const HALF = new RegExp(String.raw`${NAME}\.\d+$`);
/** Of Node, for one of its versions. */
const VERSION = /^v\d+\.\d+\.\d+/;

/**
 * Removes what starts before have kept, but for the latest: of versions that are gone it would stay for ever. The folder may
 * be that of other programs as well, where `NODE_COMPILE_CACHE` names it.
 */
export function prunePackages(folder: string): void {
  const longAgo = Date.now() - WRITTEN_BY_THEN;
  removeAll(
    pathsIn(folder, (entry) => entry.isFile() && HALF.test(entry.name)).filter(
      (path) => writtenAt(path) < longAgo,
    ),
  );
  removeOldest(
    pathsIn(folder, (entry) => entry.isFile() && KEPT.test(entry.name)),
    MOST,
  );
}

/** The same for what Node keeps: a folder for each of its versions, with a file for each that was compiled. */
export function pruneCompiled(folder: string): void {
  const versions = pathsIn(folder, (entry) => entry.isDirectory() && VERSION.test(entry.name));
  removeOldest(versions, MOST);
  for (const version of versions)
    removeOldest(
      pathsIn(version, (entry) => entry.isFile()),
      MOST_COMPILED,
    );
}

function removeOldest(paths: readonly string[], most: number): void {
  if (paths.length <= most) return;
  const times = new Map(paths.map((path) => [path, writtenAt(path)]));
  removeAll([...paths].sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0)).slice(most));
}

function removeAll(paths: readonly string[]): void {
  for (const path of paths) attempt(() => rmSync(path, { recursive: true, force: true }));
}

/** In milliseconds; 0 for what another process has removed meanwhile. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Links are left alone, and what they lead to: somebody has put them there. */
function pathsIn(folder: string, isMeant: (entry: Dirent) => boolean): readonly string[] {
  const entries = attempt(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries.filter(isMeant).map(({ name }) => join(folder, name));
}
