import { ConfigurationError } from '../errors.ts';
import { isError } from '../is-error.ts';
import { fileFailure } from './file-failure.ts';
import { errorCode, StorageError } from './storage-error.ts';

/** @returns the error of a start on a folder that cannot be used: one line that says why, and what to do. */
export function unusableFolder(path: string, error: unknown): ConfigurationError {
  const cause = error instanceof StorageError ? error.cause : error;
  const reason = isError(cause) ? cause.message : String(cause);
  const { advice = 'Mend it.' } = fileFailure(errorCode(cause));
  return new ConfigurationError(
    `FILE_STORE_PATH: ${path} cannot be used (${reason}). ${advice} Or set FILE_STORE_PATH to another folder.`,
    { cause: error },
  );
}
