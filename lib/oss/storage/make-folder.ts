import { mkdir, open } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { takeFolderOwner } from './file-owner.ts';
import { errorCode } from './storage-error.ts';

/**
 * Makes a folder that only its owner can enter, and every missing one above it, and makes that durable.
 *
 * @param root - a folder above it that is not made anew, should it be missing.
 * @throws the error of the file system; ENOENT when `root` is missing.
 */
export async function makeFolder(folder: string, root?: string): Promise<void> {
  const isWithin = root !== undefined && folder.startsWith(root + sep);
  for (const each of isWithin ? await makeBelow(folder, root) : await makeAll(folder)) {
    await takeFolderOwner(each);
    // A new folder is an entry in its parent, so that is what has to be durable.
    await syncFolder(dirname(each));
  }
}

/** @returns the folders that were made, the topmost first. */
async function makeAll(folder: string): Promise<string[]> {
  const topmost = await mkdir(folder, { recursive: true, mode: 0o700 });
  const made: string[] = [];
  if (topmost === undefined) return made;
  for (let each = folder; each.length >= topmost.length; each = dirname(each)) made.unshift(each);
  return made;
}

/** One after the other: `recursive` would make `root` as well. @returns the folders that were made, the topmost first. */
async function makeBelow(folder: string, root: string): Promise<string[]> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return [folder];
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return [];
    if (code !== 'ENOENT' || dirname(folder) === root) throw error;
  }
  const above = await makeBelow(dirname(folder), root);
  return [...above, ...(await makeBelow(folder, root))];
}

/** Makes durable which files are in a folder. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for fsync, and journals renames by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
