import {
  BEYOND_A_LEASE,
  type Document,
  type DocumentStore,
  type LockOptions,
  type VerifyOptions,
} from '../oss/storage/document-store.ts';
import type { Terminal } from './command.ts';

/** For so long a person waits without asking why. */
const TELL_AFTER_MS = 1_000;

/**
 * A store as a command uses it: it waits until a holder that died in another container counts as dead, since nobody sends
 * it again as a browser would; and says what it waits for.
 */
export class PatientStore implements DocumentStore {
  readonly #store: DocumentStore;
  readonly #terminal: Pick<Terminal, 'error'>;
  readonly #tellAfterMs: number;

  /** @param tellAfterMs - how long it waits before it says so, in milliseconds. */
  constructor(store: DocumentStore, terminal: Pick<Terminal, 'error'>, tellAfterMs = TELL_AFTER_MS) {
    this.#store = store;
    this.#terminal = terminal;
    this.#tellAfterMs = tellAfterMs;
  }

  read(key: string): Promise<Document | undefined> {
    return this.#store.read(key);
  }

  write(key: string, document: Document): Promise<void> {
    return this.#store.write(key, document);
  }

  delete(key: string): Promise<void> {
    return this.#store.delete(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#store.list(prefix);
  }

  listSetAside(prefix: string): AsyncIterable<string> {
    return this.#store.listSetAside(prefix);
  }

  async withLock<T>(key: string, fn: () => Promise<T>, options?: LockOptions): Promise<T> {
    const waitMs = Math.max(BEYOND_A_LEASE.waitMs, options?.waitMs ?? 0);
    const notice = setTimeout(() => this.#tell(key, waitMs), this.#tellAfterMs);
    try {
      return await this.#store.withLock(
        key,
        () => {
          clearTimeout(notice);
          return fn();
        },
        { waitMs },
      );
    } finally {
      clearTimeout(notice);
    }
  }

  async verify(options?: VerifyOptions): Promise<void> {
    await this.#store.verify?.(options);
  }

  check(): Promise<void> {
    return this.#store.check();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #tell(key: string, waitMs: number): void {
    this.#terminal.error(
      `Waiting for the lock on ${key}, up to ${waitMs / 1_000} seconds: a server is at work on it, or was killed while it was.`,
    );
  }
}
