/**
 * Who owns what the store makes. A command that is run as root must not lock out the server, which runs as another user:
 * what is replaced keeps its owner and group, and what is new gets those of its folder.
 */
import type { Stats } from 'node:fs';
import { chown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file would be taken from its owner. The message is for the operator. */
export class ForeignFileError extends Error {
  readonly code = 'EPERM';

  constructor(path: string, owner: number, options?: ErrorOptions) {
    super(
      `${path} belongs to the user ${owner}, and this process may not make it theirs again after a change: ` +
        'run it as that user, or as root.',
      options,
    );
    this.name = 'ForeignFileError';
  }
}

/**
 * Gives `path`, which was just made, the owner and group of what it is to replace.
 *
 * @throws ForeignFileError when the owner cannot be kept. The group alone does not matter: it has no rights to our files.
 */
export async function keepOwner(path: string, replaced: Stats, target: string): Promise<void> {
  const made = await stat(path);
  if (isOwnedAlike(made, replaced)) return;
  try {
    await chown(path, replaced.uid, replaced.gid);
  } catch (cause) {
    if (made.uid !== replaced.uid) throw new ForeignFileError(target, replaced.uid, { cause });
  }
}

/** Gives `path`, which was just made, the owner and group of its folder, when root has made it. */
export async function takeFolderOwner(path: string, folder = dirname(path)): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const owner = await stat(folder);
  if (!isOwnedAlike(await stat(path), owner)) await chown(path, owner.uid, owner.gid);
}

/** @throws ForeignFileError when {@link keepOwner} would. */
export function assertOwnerCanBeKept(file: Stats, path: string): void {
  const user = process.geteuid?.();
  if (user !== undefined && user !== 0 && user !== file.uid) throw new ForeignFileError(path, file.uid);
}

function isOwnedAlike(one: Stats, other: Stats): boolean {
  return one.uid === other.uid && one.gid === other.gid;
}
