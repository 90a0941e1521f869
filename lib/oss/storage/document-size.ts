import { StorageError } from './storage-error.ts';

/**
 * The largest document that is kept or read, in bytes of its JSON. Far more than any of ours has, and little enough that
 * one which somebody has put there costs its owner, and not the memory of the server.
 */
export const LARGEST_DOCUMENT_BYTES = 16 * 1024 * 1024;

/**
 * @param failure - whose fault it is: `data` of who wants to write it, `ours` where it is there already.
 * @throws StorageError when a document has more than {@link LARGEST_DOCUMENT_BYTES}.
 */
export function assertDocumentSize(where: string, bytes: number, failure: 'data' | 'ours'): void {
  if (bytes <= LARGEST_DOCUMENT_BYTES) return;
  throw new StorageError(
    new Error(`${where} has ${bytes} bytes; a document has ${LARGEST_DOCUMENT_BYTES} at most.`),
    failure,
  );
}
