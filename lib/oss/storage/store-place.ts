/** Whether a folder is a file store, judged by what is in it and around it. Looks only: nothing is made or changed. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import nodePath, { join, type PlatformPath, resolve } from 'node:path';
import { decodeText } from '../text-file.ts';
import { parseDocument } from './parse-document.ts';
import { errorCode } from './storage-error.ts';
import { asStoreMarker, STORE_MARKER, type StoreMarker } from './store-marker.ts';

/**
 * - `store`: it is one; those that an older version has made have no marker.
 * - `none`: nothing of a store is there, or no folder.
 * - `too deep`, `too high`: it is a part of a store, or the folder around one.
 */
export type StorePlace =
  | { readonly kind: 'store'; readonly marker?: StoreMarker }
  | { readonly kind: 'none' }
  | { readonly kind: 'too deep' | 'too high'; readonly store: string };

/** Where in a store the folders of its documents and of its own are, by their path from its root. */
const INSIDE = /^(users(\/github(\/\d+)?)?|revocations(\/github)?|~(locks|tmp)(\/[^/]+)?)$/;
/** How many segments such a path has at most. */
const DEEPEST = 3;

/** @throws the error of the file system when the folder is there and cannot be looked into. */
export async function placeOf(path: string): Promise<StorePlace> {
  const folder = await realpath(path).catch(() => resolve(path));
  const marker = await markerIn(folder);
  if (marker !== undefined) return { kind: 'store', marker };
  for (const { above, below } of ancestorsOf(folder)) {
    if (INSIDE.test(below) && (await isStore(above))) return { kind: 'too deep', store: above };
  }
  const isOpened = await hasLocks(folder);
  if ((isOpened && (await hasSettings(folder))) || (await hasDocuments(folder))) return { kind: 'store' };
  for (const name of await namesIn(folder)) {
    // A lock has the name of what it locks.
    if (name.startsWith('~')) continue;
    const child = join(folder, name);
    if (await isStore(child)) return { kind: 'too high', store: child };
  }
  return isOpened ? { kind: 'store' } : { kind: 'none' };
}

/**
 * What is wrong with a place for a store.
 *
 * @param begin - whether a store may be begun there.
 * @returns what to say, and what to do; `undefined` when nothing is wrong.
 */
export function complaintAbout(path: string, place: StorePlace, begin: boolean): string | undefined {
  switch (place.kind) {
    case 'too deep':
      return `${path} lies inside the store ${place.store}. Name that one.`;
    case 'too high':
      return `${path} is no store, but ${place.store} in it is one. Name that one, or another folder for a new store.`;
    case 'none':
      return begin ? undefined : `There is no store in ${path}: no server has kept anything there.`;
    case 'store':
      return undefined;
  }
}

/** The marker in a folder; undefined when there is none that can be read. */
export async function markerIn(folder: string): Promise<StoreMarker | undefined> {
  const bytes = await readFile(join(folder, STORE_MARKER)).catch(() => undefined);
  return bytes && asStoreMarker(parseDocument(decodeText(bytes)));
}

/**
 * The folders around one, the innermost first, and the way from each to it. The topmost is `/`, `C:\\` or a share.
 *
 * @param path - that of the system which the folder is on.
 */
export function ancestorsOf(
  folder: string,
  path: PlatformPath = nodePath,
): { above: string; below: string }[] {
  const ancestors: { above: string; below: string }[] = [];
  let [above, below] = [path.dirname(folder), path.basename(folder)];
  for (let inner = folder; above !== inner && ancestors.length < DEEPEST;) {
    ancestors.push({ above, below });
    inner = above;
    below = `${path.basename(inner)}/${below}`;
    above = path.dirname(inner);
  }
  return ancestors;
}

async function isStore(folder: string): Promise<boolean> {
  return (await markerIn(folder)) !== undefined || (await hasDocuments(folder));
}

/** Whether there is what only the Enterprise edition keeps. */
async function hasDocuments(folder: string): Promise<boolean> {
  const users = await readdir(join(folder, 'users', 'github')).catch(() => []);
  if (users.some((name) => /^\d+$/.test(name))) return true;
  return someExist(folder, ['revocations/github', 'cookie_secrets.json', 'token_encryption_keys.json']);
}

/** Whether there is what the OSS edition keeps. Alone it says little: other programs have a `settings.json`, too. */
function hasSettings(folder: string): Promise<boolean> {
  return someExist(folder, ['settings.json', 'github_profile.json']);
}

/** Whether a store was ever opened there: it makes these before all else. */
async function hasLocks(folder: string): Promise<boolean> {
  return (await someExist(folder, ['~locks'])) && (await someExist(folder, ['~tmp']));
}

async function someExist(folder: string, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    const found = await stat(join(folder, path)).catch(() => undefined);
    if (found !== undefined) return true;
  }
  return false;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return [];
  }
}
