import { HttpError } from '../oss/errors.ts';
import { isError } from '../oss/is-error.ts';
import { LockTimeoutError } from '../oss/storage/document-store.ts';

/**
 * Whether an error says all that an operator can do something about, so that a stack trace would only hide it: what a store, a
 * lock, GitHub or the operating system could not do. Every other one is a mistake in a program, which its trace leads to.
 */
export function isForOperators(error: unknown): error is Error {
  return error instanceof HttpError || error instanceof LockTimeoutError || isOfTheSystem(error);
}

/** What failed, and on the operator's side of it, why. */
export function inOneLine(error: Error): string {
  const line = error.message.replaceAll(/\s+/g, ' ').trim();
  return isError(error.cause) ? `${line} ${inOneLine(error.cause)}` : line;
}

/** A failed call of the operating system, such as `EACCES: permission denied, open '…'`. */
function isOfTheSystem(error: unknown): boolean {
  return isError(error) && 'syscall' in error && typeof error.syscall === 'string';
}
