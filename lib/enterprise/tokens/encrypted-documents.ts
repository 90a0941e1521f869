import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { type DocumentCipher, UnreadableDocumentError } from './document-cipher.ts';

/** Documents of users that hold something encrypted, as an operator sees them. */
export interface EncryptedDocuments {
  /** The GitHub ids of all users with a document, in no promised order. */
  userIds(): AsyncIterable<string>;
  /** Why the document of this user cannot be decrypted; `undefined` when it can, or there is none. */
  problem(githubUserId: string): Promise<string | undefined>;
  /**
   * @returns whether it had to be rewritten to be encrypted with the first key.
   * @throws UnreadableDocumentError, LockTimeoutError
   */
  rewrite(githubUserId: string): Promise<boolean>;
}

/** Why `read` cannot read a document; `undefined` when it can. */
export async function problemOf(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!(error instanceof UnreadableDocumentError)) throw error;
    return error.message;
  }
}

/**
 * Encrypts the `secret` of a document with the first key, and leaves all else of it as it is.
 *
 * @returns whether it had to be rewritten for that.
 * @throws UnreadableDocumentError, LockTimeoutError
 */
export async function rewriteSecret(
  documents: DocumentStore,
  cipher: DocumentCipher,
  key: string,
): Promise<boolean> {
  if ((await documents.read(key)) === undefined) return false;
  return documents.withLock(key, async () => {
    const document = await documents.read(key);
    if (document === undefined) return false;
    const { content, kid } = await cipher.decrypt(key, String(document.secret));
    if (kid === cipher.kid) return false;
    await documents.write(key, { ...document, secret: await cipher.encrypt(key, content as object) });
    return true;
  });
}
