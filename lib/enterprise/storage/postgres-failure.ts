import { StorageError, type StorageErrorCode } from '../../oss/storage/storage-error.ts';

/** SQLSTATEs (PostgreSQL, appendix A) that say more than "away". */
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  '53100': 'storage_full',
  '25006': 'storage_read_only',
  '42501': 'storage_read_only',
};

/**
 * SQLSTATEs after which the same statement may succeed at once:
 *
 * - connection exceptions (08)
 * - a server that is stopping, starting or full (57P, 53300)
 * - a replica that has not been promoted yet (25006)
 * - conflicts that a distributed database asks its clients to try again (40001, 40P01)
 */
const PASSING = /^(08|57P0[1-5]|53300|25006|40001|40P01)/;

/** What `pg` gives up on by its own clock. The database may be only slow, which trying again makes worse. */
const TIMED_OUT = /timeout/i;

/** A failure of the database as the rest of the server knows it: 503, and the cause for the log. */
export function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(error, CODES[sqlState(error) ?? ''] ?? 'storage_unavailable');
}

/** Whether it is worth sending an idempotent statement once more: the connection was lost, or the database says so. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return PASSING.test(state);
  // The rest is the network's, or `pg`'s word for it.
  return error instanceof Error && !TIMED_OUT.test(error.message);
}

/** The SQLSTATE in the database's answer, if it is one. */
export function sqlState(error: unknown): string | undefined {
  // As `pg` makes them. Its class is not asked for, so that nothing of it is loaded where no database is used.
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown };
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined;
}
