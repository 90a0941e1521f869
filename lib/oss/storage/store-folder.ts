import { lstat, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { takeFolderOwner } from './file-owner.ts';
import { makeFolder } from './make-folder.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { TemporaryFile } from './replace-file.ts';
import { absent, errorCode } from './storage-error.ts';

// No key can hold a `~`, so nothing of ours can be taken for a document.
const LOCKS = '~locks';
const TEMPORARY = '~tmp';

/** Far longer than anything temporary is used for, and than clocks differ by. */
const LONGEST_USE_MS = 86_400_000;

/** The folder of a file store, and what the store makes in it for itself. */
export class StoreFolder {
  readonly path: string;
  /** The folder of all locks. */
  readonly locks: string;
  /** The folder of what is being prepared. */
  readonly temporary: string;
  readonly #identity: ProcessIdentity;
  readonly #log: Logger;
  #prepared: Promise<void> | undefined;
  #complained = false;

  constructor(path: string, identity: ProcessIdentity, log: Logger) {
    this.path = path;
    this.locks = join(path, LOCKS);
    this.temporary = join(path, TEMPORARY);
    this.#identity = identity;
    this.#log = log;
  }

  newTemporaryFile(): TemporaryFile {
    return {
      path: join(this.temporary, this.#identity.newName()),
      isAbandoned: (name) => this.#identity.isDead(name),
    };
  }

  /** Runs `operation` in the folder, which is made before; and made anew, should somebody have removed it. */
  async whilePrepared<T>(operation: () => Promise<T>): Promise<T> {
    await this.#prepare();
    try {
      return await operation();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      // Where it is whole, somebody else has made it anew since the operation failed.
      if (!(await this.#isWhole())) {
        this.#log.error(
          { path: this.path },
          'The store folder was removed while this process ran; it is made anew',
        );
        this.#prepared = undefined;
        await this.#prepare();
      }
      return operation();
    }
  }

  /** Not made durable: a full or read-only disk says so at once, and a check must cost little. */
  async check(): Promise<void> {
    await this.whilePrepared(async () => {
      const probe = this.newTemporaryFile().path;
      try {
        await writeFile(probe, '{}', { flag: 'wx', mode: 0o600 });
        await takeFolderOwner(probe);
      } finally {
        await rm(probe, { force: true });
      }
    });
  }

  /** Makes the folders, and removes what writers and lockers that were killed left behind. Once. */
  async #prepare(): Promise<void> {
    this.#prepared ??= this.#makeFolders();
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  async #makeFolders(): Promise<void> {
    for (const folder of [this.path, this.temporary, this.locks]) await makeFolder(folder);
    await this.#complainIfExposed();
    for (const name of await readdir(this.temporary)) {
      const path = join(this.temporary, name);
      if (this.#identity.isDead(name) || (await isForgotten(path))) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }

  /** Not closed to others by itself: somebody may have named a folder that is not only ours, such as /tmp. */
  async #complainIfExposed(): Promise<void> {
    const { mode } = await stat(this.path);
    if (this.#complained || process.platform === 'win32' || (mode & 0o077) === 0) return;
    this.#complained = true;
    this.#log.warn(
      { path: this.path, mode: (mode & 0o777).toString(8) },
      'Other users of this machine can look into the store folder: chmod 700 keeps them out',
    );
  }

  async #isWhole(): Promise<boolean> {
    const found = await Promise.all(
      [this.temporary, this.locks].map((folder) => lstat(folder).catch(absent)),
    );
    return found.every((folder) => folder !== undefined);
  }
}

/**
 * Whether nobody can still be writing this. Whether its maker lives cannot be known of a file from another machine, or
 * from before this one (or its container) was started again.
 */
async function isForgotten(path: string): Promise<boolean> {
  const file = await stat(path).catch(absent);
  return file !== undefined && Date.now() - file.mtimeMs > LONGEST_USE_MS;
}
