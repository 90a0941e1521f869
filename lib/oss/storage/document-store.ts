/** A JSON object. */
export type Document = Record<string, unknown>;

export interface LockOptions {
  /** How long to wait for the present holder, in milliseconds, before {@link LockTimeoutError}. */
  readonly waitMs?: number;
}

/**
 * After how long without a heartbeat the holder of a lock counts as dead where its death cannot be seen, such as in another
 * container; in milliseconds. No store of ours has a longer lease unless it is given one.
 */
export const LONGEST_LEASE_MS = 30_000;

/**
 * For what each start and each command does, which begin to wait anew and have nobody behind them who would try again: longer
 * than a lease, with the time for looking at the lock and for taking it over.
 */
export const BEYOND_A_LEASE: Required<LockOptions> = { waitMs: 1.5 * LONGEST_LEASE_MS };

export interface VerifyOptions {
  /** Whether a store may be begun where there is none; true unless given. Otherwise nothing is made there. */
  readonly begin?: boolean;
}

/**
 * Where documents live. Settings and tokens are both documents; this is the one seam under both, and
 * every adapter passes the same contract test (`test/oss/storage/document-store.contract.ts`).
 *
 * Keys are relative POSIX paths such as `settings.json` or `users/github/583231/settings.json`: segments of
 * `[A-Za-z0-9._-]`, none of them `.` or `..` or with `.corrupt-` in it, 200 characters in all. Any other key
 * throws a `TypeError` from every method.
 */
export interface DocumentStore {
  /**
   * The document, or `undefined` if there is none. A damaged one is set aside under another name, reported to
   * the log, and read as `undefined`: it costs its owner, and nobody else.
   */
  read(key: string): Promise<Document | undefined>;
  /** When this resolves, the document survives SIGKILL and power loss. Readers see the old one or the new one. */
  write(key: string, document: Document): Promise<void>;
  /** Durable like {@link DocumentStore.write}; deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /** The keys that start with `prefix`, in no promised order. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * What damaged documents whose keys start with `prefix` are called since they were set aside, in no promised order.
   * They stay until somebody has looked at them and removes them.
   */
  listSetAside(prefix: string): AsyncIterable<string>;
  /**
   * Runs `fn` while nobody else, in this process or another one on the same store, holds `key`. Not reentrant.
   * A holder that died is taken over; one that was only thought dead goes on, so what must not be done twice needs more.
   *
   * @throws LockTimeoutError when the lock was not free within `waitMs`; `fn` has not run.
   */
  withLock<T>(key: string, fn: () => Promise<T>, options?: LockOptions): Promise<T>;
  /**
   * Looks, once at the start, whether everything is there that only a person can mend; for stores that need more than a
   * place to be.
   *
   * @throws ConfigurationError one line that says what to do.
   */
  verify?(options?: VerifyOptions): Promise<void>;
  /** Resolves if the store can be read and written now; rejects with what is wrong. For `/ready`. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A lock stayed taken for as long as the caller was willing to wait. Transient: say "try again". */
export class LockTimeoutError extends Error {
  constructor(key: string, waitedMs: number) {
    super(`The lock on ${key} was not free within ${waitedMs} ms.`);
    this.name = 'LockTimeoutError';
  }
}
