import { mkdir, open, stat } from 'node:fs/promises';
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
  for (const each of await makeMissing(folder, isWithin ? root : undefined)) {
    await takeFolderOwner(each);
    // A new folder is an entry in its parent, so that is what has to be durable.
    await syncFolder(dirname(each));
  }
}

/**
 * One after the other: Node's `recursive` would make `root` as well, and tries for ever where no folder can be made, as
 * under `/proc`.
 *
 * @returns the folders that were made, the topmost first.
 */
async function makeMissing(folder: string, root: string | undefined): Promise<string[]> {
  try {
    return await makeOne(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (errorCode(error) !== 'ENOENT' || parent === root || parent === folder) throw error;
    return [...(await makeMissing(parent, root)), ...(await makeOne(folder))];
  }
}

/** @returns the folder, unless it is there already. */
async function makeOne(folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return [folder];
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
    return [];
  }
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
