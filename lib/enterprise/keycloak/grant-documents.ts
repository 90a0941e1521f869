import { z } from 'zod';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { idsBetween } from '../storage/user-documents.ts';
import { type DocumentCipher, nothingReadable, UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { type EncryptedDocuments, problemOf, rewriteSecret } from '../tokens/encrypted-documents.ts';
import { type OfflineSession, storedSession, storedSessionSchema } from './offline-session.ts';

const PREFIX = 'keycloak/grants/';
const SUFFIX = '.json';

/** A grant that is still to be given back to GitHub, by a token that Keycloak gives for this session. */
export interface PendingGrant {
  readonly session: OfflineSession;
  /** Since when: milliseconds since the epoch. */
  readonly since: number;
}

const documentSchema = z.object({ secret: z.string(), since: z.number() });

/** The grants that are still to be given back where Keycloak keeps the tokens: `keycloak/grants/<github_user_id>.json`. */
export class GrantDocuments implements EncryptedDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;
  readonly #waitMs: number;

  /** @param waitMs - how long an attempt at the same grant is waited for, in milliseconds. */
  constructor(documents: DocumentStore, cipher: DocumentCipher, waitMs: number) {
    this.#documents = documents;
    this.#cipher = cipher;
    this.#waitMs = waitMs;
  }

  /** Durable when it resolves. */
  async add(githubUserId: string, grant: PendingGrant): Promise<void> {
    await this.#alone(githubUserId, () => this.#write(githubUserId, grant));
  }

  /**
   * Runs `settle` while nobody else does so for this user, and forgets the grant if it says that it is settled.
   *
   * @param settle - what to do; with what to call to keep another session in the place of that one.
   * @throws LockTimeoutError, UnreadableDocumentError
   */
  async attempt(
    githubUserId: string,
    settle: (grant: PendingGrant, keep: (grant: PendingGrant) => Promise<void>) => Promise<boolean>,
  ): Promise<void> {
    if ((await this.#documents.read(keyOf(githubUserId))) === undefined) return;
    await this.#alone(githubUserId, async () => {
      const grant = await this.#find(githubUserId);
      if (grant === undefined) return;
      if (await settle(grant, (kept) => this.#write(githubUserId, kept)))
        await this.#documents.delete(keyOf(githubUserId));
    });
  }

  /** Forgets a grant, also one that cannot be read. When it resolves, no attempt at it is under way. @returns what it was for. */
  async take(githubUserId: string): Promise<PendingGrant | 'unreadable' | undefined> {
    if ((await this.#documents.read(keyOf(githubUserId))) === undefined) return undefined;
    return this.#alone(githubUserId, async () => {
      if ((await this.#documents.read(keyOf(githubUserId))) === undefined) return undefined;
      const grant = await this.#find(githubUserId).catch(nothingReadable);
      await this.#documents.delete(keyOf(githubUserId));
      return grant ?? 'unreadable';
    });
  }

  userIds(): AsyncIterable<string> {
    return idsBetween(this.#documents, PREFIX, SUFFIX);
  }

  problem(githubUserId: string): Promise<string | undefined> {
    return problemOf(() => this.#find(githubUserId));
  }

  rewrite(githubUserId: string): Promise<boolean> {
    return rewriteSecret(this.#documents, this.#cipher, keyOf(githubUserId));
  }

  #alone<T>(githubUserId: string, run: () => Promise<T>): Promise<T> {
    return this.#documents.withLock(keyOf(githubUserId), run, { waitMs: this.#waitMs });
  }

  async #find(githubUserId: string): Promise<PendingGrant | undefined> {
    const key = keyOf(githubUserId);
    const document = await this.#documents.read(key);
    if (document === undefined) return undefined;
    const { success, data } = documentSchema.safeParse(document);
    if (!success) throw new UnreadableDocumentError(key, 'it is no document of a grant to give back.');
    const { content } = await this.#cipher.open(key, data.secret, storedSessionSchema, 'session');
    return { session: content, since: data.since };
  }

  async #write(githubUserId: string, { session, since }: PendingGrant): Promise<void> {
    const key = keyOf(githubUserId);
    const secret = await this.#cipher.encrypt(key, storedSession(session));
    await this.#documents.write(key, { secret, since });
  }
}

function keyOf(githubUserId: string): string {
  return `${PREFIX}${githubUserId}${SUFFIX}`;
}
