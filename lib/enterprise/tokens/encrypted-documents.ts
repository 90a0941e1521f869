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
