import { z } from 'zod';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { idsBetween } from '../storage/user-documents.ts';
import type { RefreshFailure } from './backoff.ts';
import type { DocumentCipher } from './document-cipher.ts';
import { rewriteSecret } from './encrypted-documents.ts';
import { encodeFailure, encodeSignIn, failureSchema, signInSchema } from './token-codec.ts';
import type { SignedIn } from './token-record.ts';

const PREFIX = 'revocations/github/';
const SUFFIX = '.json';

const documentSchema = z.object({ secret: z.string(), failure: failureSchema.optional() });

/** A revocation that is still to be done. */
export interface Revocation {
  /** The encrypted tokens. No two are alike, so this also tells one revocation from the next. */
  readonly secret: string;
  /** Attempts that failed. */
  readonly failure?: RefreshFailure | undefined;
}

/** The grants that are still to be given back to GitHub, one per user: `revocations/github/<github_user_id>.json`. */
export class RevocationDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;

  constructor(documents: DocumentStore, cipher: DocumentCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  async find(githubUserId: string): Promise<Revocation | undefined> {
    return documentSchema.safeParse(await this.#documents.read(keyOf(githubUserId))).data;
  }

  /** The tokens to give the grant back with. @throws UnreadableDocumentError */
  async open(githubUserId: string, { secret }: Revocation): Promise<SignedIn> {
    return (await this.#cipher.open(keyOf(githubUserId), secret, signInSchema, 'tokens')).content;
  }

  /** Durable when it resolves. Newer tokens take the place of older ones. */
  async add(githubUserId: string, record: SignedIn): Promise<Revocation> {
    const key = keyOf(githubUserId);
    const secret = await this.#cipher.encrypt(key, encodeSignIn(record));
    await this.#documents.withLock(key, () => this.#documents.write(key, { secret }));
    return { secret };
  }

  async delete(githubUserId: string): Promise<void> {
    const key = keyOf(githubUserId);
    await this.#documents.withLock(key, () => this.#documents.delete(key));
  }

  /** Deletes `revocation`, unless a newer one has taken its place. */
  async done(githubUserId: string, revocation: Revocation): Promise<void> {
    await this.#change(githubUserId, revocation, (key) => this.#documents.delete(key));
  }

  /** Keeps with `revocation` how it failed, unless a newer one has taken its place. */
  async postpone(githubUserId: string, { secret }: Revocation, failure: RefreshFailure): Promise<void> {
    const document = { secret, failure: encodeFailure(failure) };
    await this.#change(githubUserId, { secret }, (key) => this.#documents.write(key, document));
  }

  /**
   * @returns whether it had to be rewritten to be encrypted with the first key.
   * @throws UnreadableDocumentError, LockTimeoutError
   */
  rewrite(githubUserId: string): Promise<boolean> {
    return rewriteSecret(this.#documents, this.#cipher, keyOf(githubUserId));
  }

  /** The ids of all users with a revocation that is still to be done. */
  userIds(): AsyncIterable<string> {
    return revocationUserIds(this.#documents);
  }

  async #change(
    githubUserId: string,
    { secret }: Revocation,
    change: (key: string) => Promise<void>,
  ): Promise<void> {
    const key = keyOf(githubUserId);
    await this.#documents.withLock(key, async () => {
      if ((await this.find(githubUserId))?.secret === secret) await change(key);
    });
  }
}

function keyOf(githubUserId: string): string {
  return `${PREFIX}${githubUserId}${SUFFIX}`;
}

/** The ids of all users with a revocation that is still to be done. */
export function revocationUserIds(documents: DocumentStore): AsyncIterable<string> {
  return idsBetween(documents, PREFIX, SUFFIX);
}
