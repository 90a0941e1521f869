import type { StorageFailure } from './storage-failure.ts';

/** What is known of a failure of the file system. */
export interface FileFailure {
  readonly failure: StorageFailure;
  /** What an operator can do about it. */
  readonly advice?: string;
}

const NOT_PERMITTED: FileFailure = {
  failure: 'refused',
  advice: 'This user may not write to it: give it to this user (chown).',
};

/** By the `errno`. */
const FAILURES: Readonly<Record<string, FileFailure>> = {
  ENOSPC: { failure: 'full', advice: 'Its disk is full: make room.' },
  EDQUOT: { failure: 'full', advice: 'The quota of this user is used up: make room.' },
  EFBIG: {
    failure: 'full',
    advice: 'This process may write no file of that size: raise its limit (ulimit -f).',
  },
  EROFS: {
    failure: 'read_only',
    advice: 'Its file system is read-only: mount it so that it can be written to.',
  },
  EACCES: NOT_PERMITTED,
  EPERM: NOT_PERMITTED,
  EEXIST: { failure: 'away', advice: 'There is something else than a folder: remove it.' },
  ENOTDIR: { failure: 'away', advice: 'There is a file where a folder has to be: remove it.' },
};

/** @param code - the `errno` name of a file system error, such as `ENOSPC`. */
export function fileFailure(code: string | undefined): FileFailure {
  const known = code !== undefined && Object.hasOwn(FAILURES, code) ? FAILURES[code] : undefined;
  return known ?? { failure: 'away' };
}
