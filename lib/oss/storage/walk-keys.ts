import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isKeySegment } from './document-key.ts';
import { errorCode, storing } from './storage-error.ts';

/**
 * The keys of the files in a store's folder that start with `prefix`.
 *
 * @param isWanted - whether a file is, by its name.
 * @throws StorageError
 */
export async function* walkKeys(
  root: string,
  prefix: string,
  isWanted: (name: string) => boolean,
  folder = prefix.slice(0, prefix.lastIndexOf('/') + 1),
): AsyncGenerator<string> {
  const directory = await storing(() => opendir(join(root, folder)).catch(nowhere));
  if (directory === undefined) return;
  try {
    for (;;) {
      const entry = await storing(() => directory.read());
      if (entry === null) return;
      const key = folder + entry.name;
      const found = await storing(() => target(root, key, entry));
      if (found?.isDirectory() === true) {
        const leadsThere = `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`);
        if (leadsThere && isKeySegment(entry.name)) yield* walkKeys(root, prefix, isWanted, `${key}/`);
      } else if (found?.isFile() === true && isWanted(entry.name) && key.startsWith(prefix)) yield key;
    }
  } finally {
    await directory.close();
  }
}

/** A link counts as what it leads to. Keys have an end, so links in a circle do as well. */
async function target(
  root: string,
  key: string,
  entry: Dirent,
): Promise<Pick<Dirent, 'isDirectory' | 'isFile'> | undefined> {
  return entry.isSymbolicLink() ? stat(join(root, key)).catch(nowhere) : entry;
}

function nowhere(error: unknown): undefined {
  if (!['ENOENT', 'ELOOP'].includes(errorCode(error) ?? '')) throw error;
}
