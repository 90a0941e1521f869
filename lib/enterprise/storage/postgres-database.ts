/**
 * The connections to a PostgreSQL, and how statements go over them.
 *
 * Statements are parameterized, unnamed, and leave nothing behind in their session: so they work behind PgBouncer in
 * transaction mode, where every transaction may get another session.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { type TimeLimit, whenLate, withTimeLimit } from '../../time-limit.ts';
import { givingUpMs, STATEMENT_MS } from '../times.ts';
import { databaseClientFor } from './database-client.ts';
import { DatabaseOutage } from './database-outage.ts';
import { type Parameter, PostgresConnections } from './postgres-connections.ts';
import { asStorageError, isPassing } from './postgres-failure.ts';

/** For how long a statement is tried again: long enough for a restart or a change of the primary to be seen by few. */
const PATIENCE_MS = 2_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

export interface PostgresDatabaseOptions {
  /** `postgres://user:password@host:port/database`, as libpq knows it. */
  readonly url: Secret;
  readonly log: Logger;
  /** How many connections at most; 10 unless given. */
  readonly maxConnections?: number;
  /**
   * How long a statement may take, with waiting for a free connection and trying again, in milliseconds; 5,000 unless
   * given.
   */
  readonly timeoutMs?: number;
  /** How long it may take to open a connection, in milliseconds; 5,000 unless given. */
  readonly connectMs?: number;
}

/** Sends one statement; resolves with its rows. */
export type Query = <Row extends object>(sql: string, parameters?: readonly Parameter[]) => Promise<Row[]>;

export class PostgresDatabase {
  readonly #connections: PostgresConnections;
  readonly #timeoutMs: number;
  readonly #outage: DatabaseOutage;

  /** @throws ConfigurationError one line that names what of the address cannot be honored. */
  constructor(options: PostgresDatabaseOptions) {
    const { url, log, maxConnections = 10, timeoutMs = STATEMENT_MS, connectMs = STATEMENT_MS } = options;
    this.#outage = new DatabaseOutage(log);
    this.#timeoutMs = timeoutMs;
    this.#connections = new PostgresConnections(databaseClientFor(url), {
      max: maxConnections,
      connectMs,
      givingUpMs: givingUpMs(timeoutMs),
      onLoss: (error) => this.#outage.failed(error),
    });
  }

  /**
   * Sends one statement, and once more if its connection was lost: it must do no harm when it is carried out twice.
   *
   * @throws StorageError
   */
  query<Row extends object>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return withTimeLimit(this.#timeoutMs, (limit) => this.#query<Row>(sql, parameters, limit));
  }

  /**
   * Runs `fn` in one transaction, which is rolled back when it rejects. Not tried again.
   *
   * @throws what `fn` throws; the database's own errors as they are.
   */
  async transaction<T>(fn: (query: Query) => Promise<T>): Promise<T> {
    const connection = await withTimeLimit(this.#timeoutMs, (limit) => this.#connections.connect(limit));
    const state = { isUsable: true };
    const query: Query = <Row extends object>(sql: string, parameters: readonly Parameter[] = []) =>
      withTimeLimit(this.#timeoutMs, async (limit) => {
        const { rows, over } = connection.send<Row>(sql, parameters, limit);
        // The next one, if only the end of the transaction, has to wait until this connection is free.
        state.isUsable = await over;
        return rows;
      });
    try {
      await query('BEGIN');
      const result = await fn(query);
      await query('COMMIT');
      return result;
    } catch (error) {
      // With its connection, a transaction is gone.
      if (state.isUsable) await query('ROLLBACK').catch(() => (state.isUsable = false));
      throw error;
    } finally {
      connection.release(state.isUsable);
    }
  }

  /** Resolves when the statements that are under way have ended, and the connections with them. */
  async close(): Promise<void> {
    await this.#connections.close();
  }

  async #query<Row extends object>(
    sql: string,
    parameters: readonly Parameter[],
    limit: TimeLimit,
  ): Promise<Row[]> {
    let isTooLate = false as boolean;
    const stop = whenLate(Math.min(PATIENCE_MS, this.#timeoutMs), () => (isTooLate = true));
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        try {
          const rows = await this.#connections.send<Row>(sql, parameters, limit);
          this.#outage.succeeded(sql);
          return rows;
        } catch (error) {
          if (this.#connections.isClosing || !isPassing(error) || isTooLate) {
            this.#outage.failed(error, sql);
            throw asStorageError(error);
          }
          await delay(pause * (0.5 + Math.random() / 2));
        }
      }
    } finally {
      stop();
    }
  }
}
