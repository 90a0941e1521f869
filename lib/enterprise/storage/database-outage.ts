import type { Logger } from 'pino';
import { StorageError } from '../../oss/storage/storage-error.ts';
import type { StorageFailure } from '../../oss/storage/storage-failure.ts';
import { postgresFailure } from './postgres-failure.ts';

/** What the log says of a database that fails; of a document that it cannot keep, it is said each time. */
const LINES: Readonly<Record<StorageFailure, string>> = {
  away: 'The database is away',
  refused: 'The database refuses this server',
  full: 'The disk of the database is full',
  read_only: 'The database takes no writes',
  data: 'The database cannot keep a document',
  ours: 'The database and this server do not understand each other',
};

/** Tells the log that a database fails, and that it is back: one line each, however many statements are hit. */
export class DatabaseOutage {
  readonly #log: Logger;
  #failure: StorageFailure | undefined;
  /** The statement that has to succeed before the database is back; any when there is none. */
  #sql: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param sql - the statement that has failed, if it was one. */
  failed(error: unknown, sql?: string): void {
    const cause = error instanceof StorageError ? error.cause : error;
    const { failure, advice, isPassing } = postgresFailure(cause);
    if (failure === this.#failure) {
      // It is no matter of one statement, which may not be sent again for days.
      if (failure === 'away' && (isPassing || sql !== this.#sql)) this.#sql = undefined;
      return;
    }
    if (failure !== 'data') {
      this.#failure = failure;
      // One that takes no writes, or is slow in one table, does all else.
      this.#sql = failure === 'away' && isPassing ? undefined : sql;
    }
    this.#log[failure === 'ours' ? 'error' : 'warn']({ err: cause, failure, advice }, LINES[failure]);
  }

  /** @param sql - the statement that has succeeded. */
  succeeded(sql: string): void {
    if (this.#failure === undefined || (this.#sql !== undefined && this.#sql !== sql)) return;
    this.#failure = undefined;
    this.#log.info('The database is back');
  }
}
