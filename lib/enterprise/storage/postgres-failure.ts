import { isError } from '../../oss/is-error.ts';
import { errorCode, StorageError } from '../../oss/storage/storage-error.ts';
import type { StorageFailure } from '../../oss/storage/storage-failure.ts';
import { KNOWN_FAILURES } from './known-failures.ts';

/** What is known of a failure of the database. */
export interface PostgresFailure {
  readonly failure: StorageFailure;
  /** What an operator can do about it: one line. */
  readonly advice?: string;
  /** Whether the same statement may succeed at once: its connection was lost, or the database says so. */
  readonly isPassing: boolean;
}

/** What is known of an error of `pg`, or of the network. */
export function postgresFailure(error: unknown): PostgresFailure {
  const facts = factsOf(error);
  const known = KNOWN_FAILURES.find(({ pattern }) => pattern.test(facts));
  return {
    failure: known?.failure ?? 'away',
    isPassing: known?.isPassing === true && isError(error),
    ...(known?.advice !== undefined && { advice: known.advice }),
  };
}

/** A failure of the database as the rest of the server knows it. */
export function asStorageError(error: unknown): StorageError {
  return error instanceof StorageError ? error : new StorageError(error, postgresFailure(error).failure);
}

/** Whether it is worth sending an idempotent statement once more. */
export function isPassing(error: unknown): boolean {
  return postgresFailure(error).isPassing;
}

/** The SQLSTATE in the database's answer, if it is one. */
export function sqlState(error: unknown): string | undefined {
  // As `pg` makes them. Its class is not asked for, so that nothing of it is loaded where no database is used.
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown };
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined;
}

/** `SQL 53100 …`, `ECONNREFUSED …`, or the name of an error and what it says. */
function factsOf(error: unknown): string {
  if (!isError(error)) return '';
  const state = sqlState(error);
  if (state !== undefined) return `SQL ${state} ${error.message}`;
  const code = errorCode(error) ?? error.name;
  return `${code} ${error.message}`;
}
