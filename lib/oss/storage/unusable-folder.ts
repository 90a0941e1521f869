import { ConfigurationError } from '../errors.ts';
import { errorCode, StorageError } from './storage-error.ts';

/** What to do about a folder that cannot be used, by the `errno`. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'Its disk is full: make room.',
  EDQUOT: 'The quota of this user is used up: make room.',
  EFBIG: 'This process may write no file of that size: raise its limit (ulimit -f).',
  EROFS: 'Its file system is read-only: mount it so that it can be written to.',
  EACCES: 'This user may not write to it: give it to this user (chown).',
  EPERM: 'This user may not write to it: give it to this user (chown).',
  EEXIST: 'There is something else than a folder: remove it.',
  ENOTDIR: 'There is a file where a folder has to be: remove it.',
};

/** @returns the error of a start on a folder that cannot be used: one line that says why, and what to do. */
export function unusableFolder(path: string, error: unknown): ConfigurationError {
  const cause = error instanceof StorageError ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const advice = ADVICE[errorCode(cause) ?? ''];
  return new ConfigurationError(
    `FILE_STORE_PATH: ${path} cannot be used (${reason}). ${advice ?? 'Mend it.'} Or set FILE_STORE_PATH to another folder.`,
    { cause: error },
  );
}
