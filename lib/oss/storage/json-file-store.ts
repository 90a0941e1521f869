import { mkdir, opendir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Low } from 'lowdb';
import type { Logger } from 'pino';
import { assertDocumentKey, assertKeyPrefix, isKeySegment, isSetAside } from './document-key.ts';
import { type Document, type DocumentStore, type LockOptions, LockTimeoutError } from './document-store.ts';
import { DurableJsonFile, makeFolder } from './durable-json-file.ts';
import { FileLock } from './file-lock.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { ProcessIdentity } from './process-identity.ts';
import { errorCode, storing } from './storage-error.ts';

// No key can hold a `~`, so nothing of ours can be taken for a document.
const LOCKS = '~locks';
const TEMPORARY = '~tmp';

const DEFAULT_WAIT_MS = 10_000;
const DEFAULT_LEASE_MS = 30_000;
/** Far longer than anything temporary is used for, and than clocks differ by. */
const LONGEST_USE_MS = 86_400_000;

export interface JsonFileStoreOptions {
  /** The folder of the store (`FILE_STORE_PATH`); made when it is first needed, with mode 0700. */
  readonly path: string;
  readonly log: Logger;
  /**
   * After how long without a heartbeat the holder of a lock on another machine counts as dead, in milliseconds
   * (default 30,000). A holder that died on this machine is taken over at once.
   */
  readonly leaseMs?: number;
}

/**
 * The embedded {@link DocumentStore}: one JSON file per document on lowdb, so that the cost of a write does not
 * grow with the number of documents. Several processes may share one folder.
 *
 * Every method rejects with a `StorageError` when the disk is full, read-only or gone.
 */
export class JsonFileStore implements DocumentStore {
  readonly #root: string;
  readonly #log: Logger;
  readonly #identity = new ProcessIdentity();
  readonly #writes = new KeyedMutex();
  readonly #turns = new KeyedMutex();
  readonly #locks: FileLock;
  #prepared: Promise<void> | undefined;

  constructor({ path, log, leaseMs = DEFAULT_LEASE_MS }: JsonFileStoreOptions) {
    this.#root = resolve(path);
    this.#log = log;
    this.#locks = new FileLock({
      locks: join(this.#root, LOCKS),
      temporary: join(this.#root, TEMPORARY),
      identity: this.#identity,
      leaseMs,
      log,
    });
  }

  async read(key: string): Promise<Document | undefined> {
    const absent: Document = {};
    const db = new Low(this.#file(key), absent);
    await storing(() => db.read());
    return db.data === absent ? undefined : db.data;
  }

  async write(key: string, document: Document): Promise<void> {
    const db = new Low(this.#file(key), structuredClone(document));
    await this.#writes.runExclusive(key, () =>
      storing(async () => {
        await this.#prepare();
        await db.write();
      }),
    );
  }

  async delete(key: string): Promise<void> {
    const file = this.#file(key);
    await this.#writes.runExclusive(key, () => storing(() => file.delete()));
  }

  async *list(prefix: string): AsyncIterable<string> {
    assertKeyPrefix(prefix);
    yield* this.#walk(prefix, isKeySegment);
  }

  async *listSetAside(prefix: string): AsyncIterable<string> {
    assertKeyPrefix(prefix);
    yield* this.#walk(prefix, isSetAside);
  }

  async withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    assertDocumentKey(key);
    const { waitMs = DEFAULT_WAIT_MS } = options;
    const deadline = performance.now() + waitMs;
    const leave = await this.#turns.acquire(key, waitMs);
    if (leave === undefined) throw new LockTimeoutError(key, waitMs);
    try {
      const release = await storing(async () => {
        await this.#prepare();
        return this.#locks.acquire(key, Math.max(0, deadline - performance.now()));
      });
      if (release === undefined) throw new LockTimeoutError(key, waitMs);
      try {
        return await fn();
      } finally {
        await release().catch((error: unknown) =>
          this.#log.error({ err: error, key }, 'Could not release a lock'),
        );
      }
    } finally {
      leave();
    }
  }

  async check(): Promise<void> {
    await storing(async () => {
      await this.#prepare();
      // Not made durable: a full or read-only disk says so at once, and a check must cost little.
      const probe = this.#temporaryPath();
      try {
        await writeFile(probe, '{}', { flag: 'wx', mode: 0o600 });
      } finally {
        await rm(probe, { force: true });
      }
    });
  }

  /** Resolves when the writes and locks that are under way have ended. */
  async close(): Promise<void> {
    await Promise.all([this.#writes.idle(), this.#turns.idle()]);
  }

  #file(key: string): DurableJsonFile {
    assertDocumentKey(key);
    return new DurableJsonFile(join(this.#root, key), this.#temporaryPath(), (setAsideAs) => {
      this.#log.error({ key, set_aside_as: setAsideAs }, 'A document is damaged; it was set aside');
    });
  }

  #temporaryPath(): string {
    return join(this.#root, TEMPORARY, this.#identity.newName());
  }

  /** The files that `isWanted` by their names. */
  async *#walk(
    prefix: string,
    isWanted: (name: string) => boolean,
    folder = prefix.slice(0, prefix.lastIndexOf('/') + 1),
  ): AsyncGenerator<string> {
    const directory = await storing(() => opendir(join(this.#root, folder)).catch(noFolder));
    if (directory === undefined) return;
    for await (const entry of directory) {
      const key = folder + entry.name;
      if (entry.isDirectory()) {
        const leadsThere = `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`);
        if (leadsThere && isKeySegment(entry.name)) yield* this.#walk(prefix, isWanted, `${key}/`);
      } else if (entry.isFile() && isWanted(entry.name) && key.startsWith(prefix)) yield key;
    }
  }

  /** Makes the folders of the store, and removes what writers and lockers that were killed left behind. Once. */
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
    await makeFolder(this.#root);
    const temporary = join(this.#root, TEMPORARY);
    for (const folder of [temporary, join(this.#root, LOCKS)]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    for (const name of await readdir(temporary)) {
      const path = join(temporary, name);
      if (this.#identity.isDead(name) || (await isForgotten(path))) {
        await rm(path, { recursive: true, force: true });
      }
    }
  }
}

/**
 * Whether nobody can still be writing this. Whether its maker lives cannot be known of a file from another machine, or
 * from before this one (or its container) was started again.
 */
async function isForgotten(path: string): Promise<boolean> {
  const file = await stat(path).catch(noFolder);
  return file !== undefined && Date.now() - file.mtimeMs > LONGEST_USE_MS;
}

function noFolder(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
