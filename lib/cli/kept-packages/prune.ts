import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './attempt.ts';

/** Of how many copies of this package, each with each version of Node, something is kept. One takes about a megabyte. */
const MOST = 8;
/** A start loads about fifty files of which Node keeps what it compiled. */
const MOST_COMPILED = 50 * MOST;
/** After which nobody is still writing a file, in milliseconds. */
const WRITTEN_BY_THEN = 60_000;

/** What a process was writing when it was killed ends in its number. */
const HALF = /^packages-.*\.\d+$/;

/** Removes what starts before have kept, but for the latest: of versions that are gone it would stay for ever. */
export function prunePackages(folder: string): void {
  const names = namesIn(folder).filter((name) => name.startsWith('packages-'));
  const halves = names.filter((name) => HALF.test(name));
  const longAgo = Date.now() - WRITTEN_BY_THEN;
  removeAll(halves.map((name) => join(folder, name)).filter((path) => writtenAt(path) < longAgo));
  removeOldest(
    folder,
    names.filter((name) => !HALF.test(name)),
    MOST,
  );
}

/** The same for what Node keeps: a folder for each of its versions, with a file for each that was compiled. */
export function pruneCompiled(folder: string): void {
  const versions = namesIn(folder).filter((name) => /^v\d+\.\d+\.\d+/.test(name));
  removeOldest(folder, versions, MOST);
  for (const version of versions)
    removeOldest(join(folder, version), namesIn(join(folder, version)), MOST_COMPILED);
}

function removeOldest(folder: string, names: readonly string[], most: number): void {
  if (names.length <= most) return;
  const times = new Map(names.map((name) => [join(folder, name), writtenAt(join(folder, name))]));
  const [...paths] = times.keys();
  paths.sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0));
  removeAll(paths.slice(most));
}

function removeAll(paths: readonly string[]): void {
  for (const path of paths) attempt(() => rmSync(path, { recursive: true, force: true }));
}

/** In milliseconds; 0 for what another process has removed meanwhile. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function namesIn(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}
