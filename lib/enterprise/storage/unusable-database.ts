import { ConfigurationError } from '../../oss/errors.ts';
import { isError } from '../../oss/is-error.ts';
import { errorCode, StorageError } from '../../oss/storage/storage-error.ts';
import { postgresFailure } from './postgres-failure.ts';

/** @returns the error of a start on a database that cannot be used: one line that says why, and what to set. */
export function unusable(error: unknown): ConfigurationError {
  if (error instanceof ConfigurationError) return error;
  const cause = error instanceof StorageError ? error.cause : error;
  const { advice = '' } = postgresFailure(cause);
  return new ConfigurationError(
    `DATABASE_URL: the database cannot be used: ${reasonOf(cause)} ${advice}`.trimEnd(),
    { cause },
  );
}

function reasonOf(error: unknown): string {
  if (!isError(error)) return 'it does not answer.';
  // Of several addresses that were tried, each has a message; all of them together have none.
  const messages = 'errors' in error ? (error.errors as Error[]) : [error];
  const text = messages.map(({ message }) => message).join(', ');
  return `${(text === '' ? (errorCode(error) ?? error.name) : text).trim().replaceAll(/\s+/g, ' ').replace(/\.$/, '')}.`;
}
