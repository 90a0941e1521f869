/**
 * The connections to a PostgreSQL, and how statements go over them.
 *
 * Statements are parameterized, unnamed, and leave nothing behind in their session: so they work behind PgBouncer in
 * transaction mode, where every transaction may get another session.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { databaseClientFor } from './database-client.ts';
import { DatabaseOutage } from './database-outage.ts';
import { asStorageError, isPassing } from './postgres-failure.ts';

const CONNECT_MS = 5_000;
const TIME_OUT_MS = 5_000;
/** For how long a statement is tried again: long enough for a restart or a change of the primary to be seen by few. */
const PATIENCE_MS = 2_000;
const FIRST_PAUSE_MS = 20;

export interface PostgresDatabaseOptions {
  /** `postgres://user:password@host:port/database`, as libpq knows it. */
  readonly url: Secret;
  readonly log: Logger;
  /** How many connections at most; 10 unless given. */
  readonly maxConnections?: number;
  /** How long to wait for an answer, in milliseconds; 5,000 unless given. */
  readonly timeoutMs?: number;
}

/** A value that a statement is sent with. */
export type Parameter = string | number | readonly string[];

/** Sends one statement; resolves with its rows. */
export type Query = <Row extends object>(sql: string, parameters?: readonly Parameter[]) => Promise<Row[]>;

export class PostgresDatabase {
  readonly #pool: pg.Pool;
  readonly #outage: DatabaseOutage;

  constructor({ url, log, maxConnections = 10, timeoutMs = TIME_OUT_MS }: PostgresDatabaseOptions) {
    this.#outage = new DatabaseOutage(log);
    this.#pool = new pg.Pool({
      Client: databaseClientFor(url),
      max: maxConnections,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: timeoutMs,
    });
    // A connection that nobody uses was lost. The pool has let go of it; the next statement gets another one.
    this.#pool.on('error', (error) => this.#outage.failed(error));
  }

  /**
   * Sends one statement, and once more if its connection was lost: it must do no harm when it is carried out twice.
   *
   * @throws StorageError
   */
  async query<Row extends object>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    const started = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        const { rows } = await this.#pool.query<Row>(sql, [...parameters]);
        this.#outage.succeeded(sql);
        return rows;
      } catch (error) {
        if (this.#pool.ending || !isPassing(error) || performance.now() + pause > started + PATIENCE_MS) {
          this.#outage.failed(error, sql);
          throw asStorageError(error);
        }
        await delay(pause * (0.5 + Math.random() / 2));
      }
    }
  }

  /**
   * Runs `fn` in one transaction, which is rolled back when it rejects. Not tried again.
   *
   * @throws what `fn` throws; the database's own errors as they are.
   */
  async transaction<T>(fn: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let lost: Error | undefined;
    const onError = (error: Error): void => void (lost = error);
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const result = await fn(
        async <Row extends object>(sql: string, parameters: readonly Parameter[] = []) => {
          return (await client.query<Row>(sql, [...parameters])).rows;
        },
      );
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: unknown) => (lost = failure as Error));
      throw error;
    } finally {
      client.off('error', onError);
      client.release(lost);
    }
  }

  /** Resolves when the statements that are under way have ended, and the connections with them. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}
