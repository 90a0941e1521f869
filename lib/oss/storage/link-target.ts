import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { absent } from './storage-error.ts';

/** As many links as Linux follows: path_resolution(7). */
const MOST_LINKS = 40;

/**
 * Where the symbolic links at `path` lead to in the end, whether anything is there or not: `path` itself, when it is none.
 *
 * @throws an error with the code ELOOP when they lead round in a circle.
 */
export async function linkTarget(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const found = await lstat(target).catch(absent);
    if (found?.isSymbolicLink() !== true) return target;
    target = resolve(await realpath(dirname(target)), await readlink(target));
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links, ${path}`), { code: 'ELOOP' });
}
