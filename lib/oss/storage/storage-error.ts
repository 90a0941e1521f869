import type { ErrorCode } from '../error-codes.ts';
import { HttpError } from '../errors.ts';

/** What is wrong with a store, for clients to branch on. */
export type StorageErrorCode = Extract<ErrorCode, `storage_${string}`>;

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOSPC: 'storage_full',
  EDQUOT: 'storage_full',
  EFBIG: 'storage_full',
  EROFS: 'storage_read_only',
  EACCES: 'storage_read_only',
  EPERM: 'storage_read_only',
};

const MESSAGES: Readonly<Record<StorageErrorCode, string>> = {
  storage_full: "The server's disk is full; nothing was stored.",
  storage_read_only: 'The server may not write to its store; nothing was stored.',
  storage_unavailable: 'The server cannot reach its store at the moment.',
};

/**
 * The store could not do what it was asked, and the reason is on the server's side. The message is for the
 * client; the cause (with the path and the `errno`, or the database's answer) is for the operator's log.
 */
export class StorageError extends HttpError {
  /** @param code - what is wrong; without it, what the `errno` of a file system error says. */
  constructor(
    cause: unknown,
    code: StorageErrorCode = CODES[errorCode(cause) ?? ''] ?? 'storage_unavailable',
  ) {
    super(503, code, MESSAGES[code], { cause, headers: { 'Retry-After': '10' } });
    this.name = 'StorageError';
  }
}

/** The `errno` name of a file system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
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
