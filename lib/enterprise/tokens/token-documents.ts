import { z } from 'zod';
import type { Document, DocumentStore } from '../../oss/storage/document-store.ts';
import { userDocumentKey, userIdsWith } from '../storage/user-documents.ts';
import { type DocumentCipher, nothingReadable, UnreadableDocumentError } from './document-cipher.ts';
import { rewriteSecret } from './encrypted-documents.ts';
import type { Change } from './refresh-changes.ts';
import { encodeFailure, encodeSignIn, failureSchema, signInSchema } from './token-codec.ts';
import type { TokenRecord } from './token-record.ts';

const NAME = 'github_token.json';

/** A token document as it is stored. What refreshes are about is outside the encryption: it is no secret. */
const documentSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('signed_in'),
    secret: z.string(),
    refresh_failure: failureSchema.optional(),
    refresh_attempts: z.array(z.string()).optional(),
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
    const { refresh_failure: failure, refresh_attempts: attempts } = stored.data;
    return { record: { ...content, ...(failure && { failure }), ...(attempts && { attempts }) }, kid };
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
   * Changes what is there. Nothing that is there, and nothing that can be read, are the same.
   *
   * @returns what is there afterwards.
   */
  async change<Next extends TokenRecord | undefined>(
    githubUserId: string,
    change: Change<Next>,
  ): Promise<Next> {
    const key = keyOf(githubUserId);
    return this.#documents.withLock(key, async () => {
      const current = await this.load(githubUserId).catch(nothingReadable);
      const next = change(current);
      if (next !== undefined && next !== current) await this.#write(key, next);
      return next;
    });
  }

  /**
   * Deletes the document.
   *
   * @param first - what to do before, with what is there (`undefined`: nothing, or nothing that can be read); says whether
   *   it is deleted then.
   * @returns whether it was deleted.
   */
  async remove(
    githubUserId: string,
    first: (record: TokenRecord | undefined) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<boolean> {
    const key = keyOf(githubUserId);
    return this.#documents.withLock(key, async () => {
      if (!(await first(await this.load(githubUserId).catch(nothingReadable)))) return false;
      await this.#documents.delete(key);
      return true;
    });
  }

  /**
   * @returns whether the document had to be rewritten to be encrypted with the first key.
   * @throws UnreadableDocumentError, LockTimeoutError
   */
  rewrite(githubUserId: string): Promise<boolean> {
    return rewriteSecret(this.#documents, this.#cipher, keyOf(githubUserId));
  }

  /**
   * Runs `fn` while nobody else on this store refreshes the tokens of this user.
   *
   * @throws LockTimeoutError
   */
  whileRefreshing<T>(githubUserId: string, fn: () => Promise<T>, waitMs: number): Promise<T> {
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
      ...(record.attempts && { refresh_attempts: record.attempts }),
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
