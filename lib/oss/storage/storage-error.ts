import { HttpError } from '../errors.ts';
import { isError } from '../is-error.ts';
import { fileFailure } from './file-failure.ts';
import { STORAGE_FAILURES, type StorageFailure } from './storage-failure.ts';

/**
 * The store could not do what it was asked. The message is for the client; the cause (with the path and the `errno`, or
 * the database's answer) is for the operator's log.
 */
export class StorageError extends HttpError {
  readonly failure: StorageFailure;

  /** @param failure - whose fault it is; without it, what the `errno` of a file system error says. */
  constructor(cause: unknown, failure: StorageFailure = fileFailure(errorCode(cause)).failure) {
    const { status, code, message } = STORAGE_FAILURES[failure];
    super(status, code, message, { cause, ...(status === 503 && { headers: { 'Retry-After': '10' } }) });
    this.name = 'StorageError';
    this.failure = failure;
  }
}

/** The `errno` name of a file system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For a `catch` where what is not there counts as nothing. Any other error goes on. */
export function absent(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/** Runs a file system operation; its failure becomes a {@link StorageError}. */
export async function storing<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw error instanceof StorageError ? error : new StorageError(error);
  }
}
