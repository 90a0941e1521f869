import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Document, DocumentStore, LockOptions, VerifyOptions } from './document-store.ts';
import { StorageError } from './storage-error.ts';

/** What is written to see whether there is room, and deleted again. All processes on a store use the same key. */
export const TRIAL_KEY = 'openhands-room-trial.json';
/** About the size of the largest documents in daily use. What is much smaller fits into room that a full store still has. */
const TRIAL_BYTES = 8_192;
/** How often it is tried at most, in milliseconds, however often somebody asks. */
const TRIAL_EVERY_MS = 2_000;

export interface RoomWatchingStoreOptions {
  readonly log: Logger;
  /** A clock that never goes back, in milliseconds; for tests. */
  readonly now?: () => number;
}

/**
 * A store that knows when it is full. A small write often still works then, as it goes into room that is left over, so it
 * says nothing. After one write has failed as full, the store counts as full until a write of some size has worked.
 * {@link RoomWatchingStore.check} tries that at its own pace; as long as all is well, nothing is written for it.
 */
export class RoomWatchingStore implements DocumentStore {
  readonly #store: DocumentStore;
  readonly #log: Logger;
  readonly #now: () => number;
  /** The last failure; undefined while there is room. */
  #full: StorageError | undefined;
  #triedAt = -Infinity;
  #trial: Promise<void> | undefined;

  constructor(store: DocumentStore, { log, now = () => performance.now() }: RoomWatchingStoreOptions) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
  }

  read(key: string): Promise<Document | undefined> {
    return this.#store.read(key);
  }

  write(key: string, document: Document): Promise<void> {
    return this.#watching(this.#store.write(key, document));
  }

  delete(key: string): Promise<void> {
    return this.#watching(this.#store.delete(key));
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#store.list(prefix);
  }

  listSetAside(prefix: string): AsyncIterable<string> {
    return this.#store.listSetAside(prefix);
  }

  /** To take a lock is a write as well. */
  withLock<T>(key: string, fn: () => Promise<T>, options?: LockOptions): Promise<T> {
    return this.#watching(this.#store.withLock(key, fn, options));
  }

  async verify(options?: VerifyOptions): Promise<void> {
    await this.#store.verify?.(options);
  }

  async check(): Promise<void> {
    await this.#watching(this.#store.check());
    await this.#assertRoom();
  }

  /** Whether it is full, for a metric. Where it was, this tries whether it still is. */
  async isFull(): Promise<boolean> {
    await this.#assertRoom().catch(() => undefined);
    return this.#full !== undefined;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** @throws StorageError what the last failure was, or what came of a new try. */
  async #assertRoom(): Promise<void> {
    if (this.#full === undefined) return;
    if (this.#trial === undefined) {
      if (this.#now() - this.#triedAt < TRIAL_EVERY_MS) throw this.#full;
      this.#trial = this.#try(this.#full).finally(() => {
        this.#triedAt = this.#now();
        this.#trial = undefined;
      });
    }
    await this.#trial;
  }

  async #try(before: StorageError): Promise<void> {
    // Nothing that a store or a file system could make smaller.
    const filler = randomBytes((TRIAL_BYTES * 3) / 4).toString('base64');
    await this.write(TRIAL_KEY, { filler });
    await this.delete(TRIAL_KEY);
    // A write that has failed meanwhile has the last word.
    if (this.#full !== before) throw this.#full ?? before;
    this.#full = undefined;
    this.#log.info('The store has room again');
  }

  async #watching<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      if (error instanceof StorageError && error.failure === 'full') this.#isFull(error);
      throw error;
    }
  }

  #isFull(error: StorageError): void {
    if (this.#full === undefined) {
      // The first look at a store that has become full does not wait: one document may only have been too large.
      this.#triedAt = -Infinity;
      this.#log.warn({ err: error.cause }, 'The store is full; this server is not ready until it has room');
    }
    this.#full = error;
  }
}
