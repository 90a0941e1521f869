import { lstat, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { takeFolderOwner } from './file-owner.ts';
import { makeFolder, syncFolder } from './make-folder.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { replaceFile, type TemporaryFile } from './replace-file.ts';
import { absent, errorCode } from './storage-error.ts';
import { STORE_MARKER, type StoreMarker } from './store-marker.ts';
import { StorePresence } from './store-presence.ts';

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
  readonly #presence: StorePresence;
  #prepared: Promise<void> | undefined;
  #complained = false;

  constructor(path: string, identity: ProcessIdentity, log: Logger) {
    this.path = path;
    this.locks = join(path, LOCKS);
    this.temporary = join(path, TEMPORARY);
    this.#identity = identity;
    this.#log = log;
    this.#presence = new StorePresence(path, log);
  }

  /** @throws StorageError when the folder is not the one any more that it was, as when its volume is not mounted. */
  assertThere(): Promise<void> {
    return this.#presence.assertThere();
  }

  /** Takes note of the marker of the store, which was just read or written. */
  marked(marker: StoreMarker): Promise<void> {
    return this.#presence.marked(marker);
  }

  newTemporaryFile(root = this.path): TemporaryFile {
    return {
      path: join(root, TEMPORARY, this.#identity.newName()),
      root,
      isAbandoned: (name) => this.#identity.isDead(name),
    };
  }

  /** Runs `operation` in the folder, which is made before; and made anew, should somebody have removed it. */
  async whilePrepared<T>(operation: () => Promise<T>): Promise<T> {
    await this.#prepare();
    try {
      await this.assertThere();
      return await operation();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      await this.assertThere();
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
    await this.assertThere();
    const { marker, realPath } = this.#presence;
    if (marker !== undefined) await this.#makeAnew(realPath, marker);
    for (const folder of [this.path, this.temporary, this.locks]) await makeFolder(folder);
    if (marker !== undefined) await this.#markAgain(marker);
    await this.#presence.remember();
    await this.#complainIfExposed();
    for (const name of await readdir(this.temporary)) {
      const path = join(this.temporary, name);
      if (this.#identity.isDead(name) || (await isForgotten(path))) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }

  /** In one step: without its marker, others that have it open would take it for a volume that is away. */
  async #makeAnew(path: string, marker: StoreMarker): Promise<void> {
    if ((await stat(path).catch(absent)) !== undefined) return;
    const beside = join(dirname(path), `~${this.#identity.newName()}`);
    try {
      for (const name of [TEMPORARY, LOCKS]) await makeFolder(join(beside, name));
      await replaceFile(join(beside, STORE_MARKER), asText(marker), this.newTemporaryFile(beside));
      await rename(beside, path);
      await syncFolder(dirname(path));
    } catch (error) {
      // Somebody else was first.
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    } finally {
      await rm(beside, { recursive: true, force: true });
    }
  }

  /** For a folder that was emptied. */
  async #markAgain(marker: StoreMarker): Promise<void> {
    const path = join(this.path, STORE_MARKER);
    if ((await stat(path).catch(absent)) !== undefined) return;
    await replaceFile(path, asText(marker), this.newTemporaryFile());
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

function asText(marker: StoreMarker): string {
  return `${JSON.stringify(marker, null, 2)}\n`;
}
