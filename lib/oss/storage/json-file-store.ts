import { join, resolve } from 'node:path';
import { Low } from 'lowdb';
import type { Logger } from 'pino';
import { ConfigurationError } from '../errors.ts';
import { assertDocumentKey, assertKeyPrefix, isKeySegment, isSetAside } from './document-key.ts';
import {
  type Document,
  type DocumentStore,
  type LockOptions,
  LockTimeoutError,
  LONGEST_LEASE_MS,
  type VerifyOptions,
} from './document-store.ts';
import { DurableJsonFile } from './durable-json-file.ts';
import { FileLock } from './file-lock.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { ProcessIdentity } from './process-identity.ts';
import { storing } from './storage-error.ts';
import { StoreFolder } from './store-folder.ts';
import { asStoreMarker, STORE_MARKER } from './store-marker.ts';
import { complaintAbout, placeOf } from './store-place.ts';
import { unusableFolder } from './unusable-folder.ts';
import { walkKeys } from './walk-keys.ts';

const DEFAULT_WAIT_MS = 10_000;

export interface JsonFileStoreOptions {
  /** The folder of the store (`FILE_STORE_PATH`); made when it is first needed, with mode 0700, and the owner of its folder. */
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
  readonly #folder: StoreFolder;
  readonly #log: Logger;
  readonly #writes = new KeyedMutex();
  readonly #turns = new KeyedMutex();
  readonly #locks: FileLock;
  /** Documents at the root, on which everybody depends, whose last use has failed. */
  readonly #failing = new Set<string>();
  #complained = false;

  constructor({ path, log, leaseMs = LONGEST_LEASE_MS }: JsonFileStoreOptions) {
    const identity = new ProcessIdentity();
    this.#folder = new StoreFolder(resolve(path), identity, log);
    this.#log = log;
    const { locks, temporary } = this.#folder;
    this.#locks = new FileLock({ locks, temporary, identity, leaseMs, log });
  }

  async read(key: string): Promise<Document | undefined> {
    const absent: Document = {};
    const db = new Low(this.#file(key), absent);
    await this.#using(key, async () => {
      await db.read();
      // What is absent may only be out of reach.
      if (db.data === absent) await this.#folder.assertThere();
    });
    await this.#noteMarker(key, db.data);
    return db.data === absent ? undefined : db.data;
  }

  async write(key: string, document: Document): Promise<void> {
    const db = new Low(this.#file(key), structuredClone(document));
    await this.#writes.runExclusive(key, () =>
      this.#using(key, () => this.#folder.whilePrepared(() => db.write())),
    );
    await this.#noteMarker(key, document);
  }

  async delete(key: string): Promise<void> {
    const file = this.#file(key);
    await this.#writes.runExclusive(key, () =>
      this.#using(key, async () => {
        await file.delete();
        await this.#folder.assertThere();
      }),
    );
  }

  async *list(prefix: string): AsyncIterable<string> {
    assertKeyPrefix(prefix);
    yield* this.#keys(prefix, isKeySegment);
  }

  async *listSetAside(prefix: string): AsyncIterable<string> {
    assertKeyPrefix(prefix);
    yield* this.#keys(prefix, isSetAside);
  }

  async withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    assertDocumentKey(key);
    const { waitMs = DEFAULT_WAIT_MS } = options;
    const deadline = performance.now() + waitMs;
    const leave = await this.#turns.acquire(key, waitMs);
    if (leave === undefined) throw new LockTimeoutError(key, waitMs);
    try {
      const lock = await storing(() =>
        this.#folder.whilePrepared(() => this.#locks.acquire(key, Math.max(0, deadline - performance.now()))),
      );
      if (lock === undefined) throw new LockTimeoutError(key, waitMs);
      try {
        return await fn();
      } finally {
        await lock
          .release()
          .catch((error: unknown) => this.#log.error({ err: error, key }, 'Could not release a lock'));
      }
    } finally {
      leave();
    }
  }

  /** @throws ConfigurationError one line, when the folder cannot be used, or is not the one of a store. */
  async verify({ begin = true }: VerifyOptions = {}): Promise<void> {
    const { path } = this.#folder;
    try {
      const complaint = complaintAbout(path, await placeOf(path), begin);
      if (complaint !== undefined) throw new ConfigurationError(`FILE_STORE_PATH: ${complaint}`);
      await this.check();
    } catch (error) {
      throw error instanceof ConfigurationError ? error : unusableFolder(path, error);
    }
  }

  async check(): Promise<void> {
    await storing(() => this.#folder.check());
    for (const key of this.#failing) await this.#using(key, () => this.#file(key).check());
  }

  /** Resolves when the writes and locks that are under way have ended. */
  async close(): Promise<void> {
    await Promise.all([this.#writes.idle(), this.#turns.idle()]);
  }

  #file(key: string): DurableJsonFile {
    assertDocumentKey(key);
    return new DurableJsonFile(join(this.#folder.path, key), this.#folder.newTemporaryFile(), {
      onDamage: (setAsideAs) =>
        this.#log.error({ key, set_aside_as: setAsideAs }, 'A document is damaged; it was set aside'),
      onExposed: (path) => this.#complain(path),
    });
  }

  /** Once: a folder in which this is so of one file may have many. */
  #complain(path: string): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#log.warn({ path }, 'Other users of this machine can read a document: chmod 600 keeps them from it');
  }

  /** Remembers whether a document could be used, so that {@link check} does not say that all is well while it cannot. */
  async #using<T>(key: string, operation: () => Promise<T>): Promise<T> {
    try {
      const result = await storing(operation);
      this.#failing.delete(key);
      return result;
    } catch (error) {
      if (!key.includes('/')) this.#failing.add(key);
      throw error;
    }
  }

  async #noteMarker(key: string, document: Document): Promise<void> {
    const marker = key === STORE_MARKER ? asStoreMarker(document) : undefined;
    if (marker !== undefined) await storing(() => this.#folder.marked(marker));
  }

  async *#keys(prefix: string, isWanted: (name: string) => boolean): AsyncGenerator<string> {
    yield* walkKeys(this.#folder.path, prefix, isWanted);
    // Nothing more may only mean that all is out of reach.
    await storing(() => this.#folder.assertThere());
  }
}
