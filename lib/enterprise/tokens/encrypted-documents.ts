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
 * Encrypts the `secret` of a document with the first key, and leaves all else of it as it is, whatever a newer version keeps
 * in it.
 *
 * @returns whether it had to be rewritten for that; not when there is none, or it keeps no secret.
 * @throws UnreadableDocumentError, LockTimeoutError
 */
export async function rewriteSecret(
  documents: DocumentStore,
  cipher: DocumentCipher,
  key: string,
): Promise<boolean> {
  const underOtherKey = async () => {
    const document = await documents.read(key);
    if (typeof document?.secret !== 'string') return undefined;
    const { content, kid } = await cipher.decrypt(key, document.secret);
    return kid === cipher.kid ? undefined : { document, content: content as object };
  };
  // Most are under the first key, and then nobody has to wait.
  if ((await underOtherKey()) === undefined) return false;
  return documents.withLock(key, async () => {
    const found = await underOtherKey();
    if (found === undefined) return false;
    await documents.write(key, { ...found.document, secret: await cipher.encrypt(key, found.content) });
    return true;
  });
}
