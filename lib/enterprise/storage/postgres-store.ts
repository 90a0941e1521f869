import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { ConfigurationError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import { assertDocumentKey, assertKeyPrefix, SET_ASIDE_MARK } from '../../oss/storage/document-key.ts';
import { assertDocumentSize, LARGEST_DOCUMENT_BYTES } from '../../oss/storage/document-size.ts';
import {
  type Document,
  type DocumentStore,
  type LockOptions,
  LockTimeoutError,
  type VerifyOptions,
} from '../../oss/storage/document-store.ts';
import { KeyedMutex } from '../../oss/storage/keyed-mutex.ts';
import { parseDocument } from '../../oss/storage/parse-document.ts';
import { StorageError } from '../../oss/storage/storage-error.ts';
import { leaseTimes, LOCK_WAIT_MS, STATEMENT_MS } from '../times.ts';
import { effective, type Lease } from './lease.ts';
import { LeaseLock } from './lease-lock.ts';
import type { Parameter } from './postgres-connections.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { assertUsable } from './usable-database.ts';

const PAGE = 1_000;

/** One that is too large is not even sent. */
const READ = `
  SELECT octet_length(document)::text AS bytes, CASE WHEN octet_length(document) <= $2 THEN document END AS document
  FROM openhands_documents WHERE key = $1`;
const WRITE = `
  INSERT INTO openhands_documents (key, document) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET document = excluded.document, updated_at = now()`;
const DELETE = 'DELETE FROM openhands_documents WHERE key = $1';
const LIST = 'SELECT key FROM openhands_documents WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3';
const ANY = 'SELECT key FROM openhands_documents LIMIT 1';
const SET_ASIDE = 'UPDATE openhands_documents SET key = $2 WHERE key = $1 AND document = $3 RETURNING key';

/**
 * The row of a lock that is held, kept from being taken over until the statement has ended; but not from the heartbeats of
 * its holder, or a write that has to wait would look like a holder that is dead.
 */
const HELD = `held AS (
    SELECT key FROM openhands_locks WHERE key = $2 AND instance = $3 AND turn = $4 FOR KEY SHARE
  )`;
const WRITE_HOLDING = `
  WITH ${HELD}, written AS (
    INSERT INTO openhands_documents (key, document) SELECT $1, $5 FROM held
    ON CONFLICT (key) DO UPDATE SET document = excluded.document, updated_at = now()
  ) SELECT key FROM held`;
const DELETE_HOLDING = `
  WITH ${HELD}, deleted AS (
    DELETE FROM openhands_documents WHERE key = $1 AND EXISTS (SELECT key FROM held)
  ) SELECT key FROM held`;

/**
 * Deletes nothing. A replica that takes no writes refuses it all the same, and it waits for either table that is locked.
 */
const PROBE = `
  WITH locks AS (DELETE FROM openhands_locks WHERE key = '')
  DELETE FROM openhands_documents WHERE key = ''`;

/** A bigint would be a string in `pg`, and is none everywhere. */
interface Row {
  readonly bytes: string;
  readonly document: string | null;
}

/** How a {@link PostgresStore} reaches its database. */
export interface PostgresStoreOptions {
  /** `DATABASE_URL`. */
  readonly url: Secret;
  /** Told when the database goes away and comes back, of locks taken over, and of damaged documents. */
  readonly log: Logger;
  /** How many connections at most, besides one more for the heartbeats of locks; 10 unless given. */
  readonly maxConnections?: number;
  /** How long a statement may take, with waiting for a free connection, in milliseconds; 5,000 unless given. */
  readonly timeoutMs?: number;
  /**
   * After how long without a heartbeat the holder of a lock counts as dead, in milliseconds; from 1,500 to 6,666, and
   * 6,000 unless given.
   */
  readonly leaseMs?: number;
}

/**
 * The shared {@link DocumentStore}: a row per document in PostgreSQL. Its tables are made by `openhands-express migrate`.
 *
 * A connection that is lost is replaced, and what was under way on it is sent again; every method rejects with a
 * `StorageError` while the database is away. A write or delete within `withLock` is carried out only if the lock is still
 * held then. A holder that stood still for so long that another took over cannot overwrite what that one did.
 */
export class PostgresStore implements DocumentStore {
  readonly #database: PostgresDatabase;
  readonly #heartbeats: PostgresDatabase;
  readonly #locks: LeaseLock;
  readonly #log: Logger;
  readonly #writes = new KeyedMutex();
  readonly #turns = new KeyedMutex();
  readonly #around = new AsyncLocalStorage<Lease>();

  /** @throws ConfigurationError when the times do not fit into each other. */
  constructor({ url, log, maxConnections = 10, timeoutMs = STATEMENT_MS, leaseMs }: PostgresStoreOptions) {
    const times = leaseTimes(leaseMs);
    this.#log = log;
    // Heartbeats must not stand in a row behind everything else; nor behind one of them that is not answered.
    const forHeartbeats = Math.min(2, maxConnections);
    this.#heartbeats = new PostgresDatabase({
      url,
      log,
      maxConnections: forHeartbeats,
      timeoutMs: times.beatMs,
      connectMs: times.connectMs,
    });
    this.#database = new PostgresDatabase({
      url,
      log,
      maxConnections: maxConnections + 1 - forHeartbeats,
      timeoutMs,
    });
    this.#locks = new LeaseLock({ database: this.#database, heartbeats: this.#heartbeats, times, log });
  }

  async read(key: string): Promise<Document | undefined> {
    assertDocumentKey(key);
    for (;;) {
      const [row] = await this.#database.query<Row>(READ, [key, LARGEST_DOCUMENT_BYTES]);
      if (row === undefined) return undefined;
      assertDocumentSize(key, Number(row.bytes), 'ours');
      const text = row.document ?? '';
      const document = parseDocument(text);
      if (document !== undefined) return document;
      if (await this.#setAside(key, text)) return undefined;
    }
  }

  async write(key: string, document: Document): Promise<void> {
    assertDocumentKey(key);
    const text = JSON.stringify(document);
    assertDocumentSize(key, Buffer.byteLength(text), 'data');
    await this.#writes.runExclusive(key, () => this.#change(WRITE, WRITE_HOLDING, key, text));
  }

  async delete(key: string): Promise<void> {
    assertDocumentKey(key);
    await this.#writes.runExclusive(key, () => this.#change(DELETE, DELETE_HOLDING, key));
  }

  async *list(prefix: string): AsyncIterable<string> {
    for await (const key of this.#keys(prefix)) if (!key.includes(SET_ASIDE_MARK)) yield key;
  }

  async *listSetAside(prefix: string): AsyncIterable<string> {
    for await (const key of this.#keys(prefix)) if (key.includes(SET_ASIDE_MARK)) yield key;
  }

  async *#keys(prefix: string): AsyncIterable<string> {
    assertKeyPrefix(prefix);
    // `!` comes before, and `~` behind, every character of a key.
    for (let from = prefix; ;) {
      const rows = await this.#database.query<{ key: string }>(LIST, [from, `${prefix}~`, PAGE]);
      for (const { key } of rows) yield key;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      from = `${last.key}!`;
    }
  }

  async withLock<T>(key: string, fn: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    assertDocumentKey(key);
    const { waitMs = LOCK_WAIT_MS } = options;
    const deadline = performance.now() + waitMs;
    const leave = await this.#turns.acquire(key, waitMs);
    if (leave === undefined) throw new LockTimeoutError(key, waitMs);
    try {
      const left = Math.max(0, deadline - performance.now());
      const lease = await this.#locks.acquire(key, left, this.#around.getStore());
      if (lease === undefined) throw new LockTimeoutError(key, waitMs);
      try {
        return await this.#around.run(lease, fn);
      } finally {
        await this.#locks.release(lease);
      }
    } finally {
      leave();
    }
  }

  async check(): Promise<void> {
    await this.#database.query(PROBE);
  }

  /**
   * @throws ConfigurationError when the database cannot be reached or used, `openhands-express migrate` has not been run, or nothing
   * is kept in it though that is expected.
   */
  async verify({ begin = true }: VerifyOptions = {}): Promise<void> {
    const warning = await assertUsable(this.#database);
    if (warning !== undefined) this.#log.warn(warning);
    if (begin || (await this.#database.query(ANY)).length > 0) return;
    throw new ConfigurationError('DATABASE_URL: The database is empty: no server has kept anything in it.');
  }

  /** Resolves when the writes and locks that are under way have ended, and the connections are closed. */
  async close(): Promise<void> {
    await Promise.all([this.#writes.idle(), this.#turns.idle()]);
    this.#locks.close();
    await Promise.all([this.#database.close(), this.#heartbeats.close()]);
  }

  async #change(sql: string, sqlHolding: string, key: string, ...values: Parameter[]): Promise<void> {
    const lease = effective(this.#around.getStore());
    if (lease === undefined) {
      await this.#database.query(sql, [key, ...values]);
      return;
    }
    const parameters = [key, lease.key, this.#locks.instance, lease.turn, ...values];
    const held = await this.#database.query(sqlHolding, parameters);
    if (held.length > 0) return;
    throw new StorageError(new Error(`The lock on ${lease.key} was lost before ${key} was changed.`));
  }

  /** Renames a damaged document. @returns whether it was still there. */
  async #setAside(key: string, text: string): Promise<boolean> {
    const aside = `${key}${SET_ASIDE_MARK}${new Date().toISOString().replaceAll(/[-:]/g, '')}`;
    const renamed = await this.#database.query(SET_ASIDE, [key, aside, text]);
    if (renamed.length === 0) return false;
    this.#log.error({ key, set_aside_as: aside }, 'A document is damaged; it was set aside');
    return true;
  }
}
