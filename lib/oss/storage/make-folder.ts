import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { takeFolderOwner } from './file-owner.ts';

/** Makes a folder that only its owner can enter, and every missing one above it, and makes that durable. */
export async function makeFolder(folder: string): Promise<void> {
  const topmost = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (topmost === undefined) return;
  const made: string[] = [];
  for (let each = folder; each.length >= topmost.length; each = dirname(each)) made.unshift(each);
  for (const each of made) {
    await takeFolderOwner(each);
    // A new folder is an entry in its parent, so that is what has to be durable.
    await syncFolder(dirname(each));
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
