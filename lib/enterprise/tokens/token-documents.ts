import { z } from 'zod';
import type { Document, DocumentStore, LockHolding } from '../../oss/storage/document-store.ts';
import { userDocumentKey, userIdsWith } from '../storage/user-documents.ts';
import { type DocumentCipher, nothingReadable, UnreadableDocumentError } from './document-cipher.ts';
import { encodeFailure, encodeSignIn, failureSchema, signInSchema } from './token-codec.ts';
import { mayReplace, type SignedIn, type TokenRecord } from './token-record.ts';

const NAME = 'github_token.json';

/** A token document as it is stored. The backoff is outside the encryption: it is no secret. */
const documentSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('signed_in'),
    secret: z.string(),
    refresh_failure: failureSchema.optional(),
  }),
  z.object({ state: z.literal('signed_out'), at: z.number(), sign_in_id: z.string().optional() }),
]);

/** A record, and the id of the key that it is encrypted with. */
export interface StoredRecord {
  readonly record: TokenRecord;
  readonly kid: string | undefined;
}

/**
 * The token documents of all users, `users/github/<github_user_id>/github_token.json`.
 *
 * Two locks per user. A short one is around reading, comparing and writing, so that a sign-in or a sign-out never waits
 * for GitHub. A long one is around a refresh, so that there is one at a time on this store.
 */
export class TokenDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;

  constructor(documents: DocumentStore, cipher: DocumentCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  /** @throws UnreadableDocumentError */
  async find(githubUserId: string): Promise<StoredRecord | undefined> {
    const key = keyOf(githubUserId);
    const document = await this.#documents.read(key);
    if (document === undefined) return undefined;
    const stored = documentSchema.safeParse(document);
    if (!stored.success) throw new UnreadableDocumentError(key, 'it is no token document.');
    if (stored.data.state === 'signed_out') {
      const { state, at, sign_in_id: signInId } = stored.data;
      return { record: { state, at, ...(signInId !== undefined && { signInId }) }, kid: undefined };
    }
    const { content, kid } = await this.#cipher.open(key, stored.data.secret, signInSchema, 'tokens');
    const failure = stored.data.refresh_failure;
    return { record: { ...content, ...(failure && { failure }) }, kid };
  }

  /** @throws UnreadableDocumentError */
  async load(githubUserId: string): Promise<TokenRecord | undefined> {
    return (await this.find(githubUserId))?.record;
  }

  /** Writes, whatever is there. */
  async save(githubUserId: string, record: TokenRecord): Promise<void> {
    const key = keyOf(githubUserId);
    await this.#documents.withLock(key, () => this.#write(key, record));
  }

  /**
   * Writes `next`, if what is there still holds the same pair of tokens as `expected`; a pair that GitHub has issued for
   * that one also over the word of another process that it is dead.
   *
   * @returns what is there afterwards: `next`, or what outranks it.
   */
  async replace(
    githubUserId: string,
    expected: SignedIn,
    next: TokenRecord,
  ): Promise<TokenRecord | undefined> {
    const key = keyOf(githubUserId);
    return this.#documents.withLock(key, async () => {
      const current = await this.load(githubUserId).catch(nothingReadable);
      if (!mayReplace(current, expected, next)) return current;
      await this.#write(key, next);
      return next;
    });
  }

  /**
   * Deletes the document.
   *
   * @param first - what to do before, with what is there (`undefined`: nothing, or nothing that can be read).
   */
  async remove(
    githubUserId: string,
    first?: (record: TokenRecord | undefined) => Promise<void>,
  ): Promise<void> {
    const key = keyOf(githubUserId);
    await this.#documents.withLock(key, async () => {
      await first?.(await this.load(githubUserId).catch(nothingReadable));
      await this.#documents.delete(key);
    });
  }

  /** @returns whether the document had to be rewritten to be encrypted with the first key. */
  async rewrite(githubUserId: string): Promise<boolean> {
    const key = keyOf(githubUserId);
    const isUnderOtherKey = (stored: StoredRecord | undefined) =>
      stored?.kid !== undefined && stored.kid !== this.#cipher.kid;
    if (!isUnderOtherKey(await this.find(githubUserId))) return false;
    return this.#documents.withLock(key, async () => {
      if (!isUnderOtherKey(await this.find(githubUserId))) return false;
      const document = (await this.#documents.read(key)) ?? {};
      // As it is, whatever a newer version keeps in it.
      const { content } = await this.#cipher.decrypt(key, String(document.secret));
      await this.#documents.write(key, {
        ...document,
        secret: await this.#cipher.encrypt(key, content as object),
      });
      return true;
    });
  }

  /**
   * Runs `fn` while nobody else on this store refreshes the tokens of this user.
   *
   * @throws LockTimeoutError
   */
  whileRefreshing<T>(
    githubUserId: string,
    fn: (holding: LockHolding) => Promise<T>,
    waitMs: number,
  ): Promise<T> {
    return this.#documents.withLock(userDocumentKey(githubUserId, 'github_token.refresh'), fn, { waitMs });
  }

  /** The ids of all users with a document. */
  userIds(): AsyncIterable<string> {
    return tokenUserIds(this.#documents);
  }

  async #write(key: string, record: TokenRecord): Promise<void> {
    await this.#documents.write(key, await this.#encode(key, record));
  }

  async #encode(key: string, record: TokenRecord): Promise<Document> {
    if (record.state === 'signed_out') {
      const { state, at, signInId } = record;
      return { state, at, ...(signInId !== undefined && { sign_in_id: signInId }) };
    }
    return {
      state: 'signed_in',
      secret: await this.#cipher.encrypt(key, encodeSignIn(record)),
      ...(record.failure && { refresh_failure: encodeFailure(record.failure) }),
    };
  }
}

function keyOf(githubUserId: string): string {
  return userDocumentKey(githubUserId, NAME);
}

/** The ids of all users with a token document. */
export function tokenUserIds(documents: DocumentStore): AsyncIterable<string> {
  return userIdsWith(documents, NAME);
}
