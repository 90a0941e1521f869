import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { idsBetween } from '../storage/user-documents.ts';
import { type DocumentCipher, nothingReadable, UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { type EncryptedDocuments, problemOf, rewriteSecret } from '../tokens/encrypted-documents.ts';
import { type OfflineSession, storedSession, storedSessionSchema } from './offline-session.ts';

const PREFIX = 'keycloak/logouts/';
const SUFFIX = '.json';
/** Under what commands that go by users find them all: of some it is not known whose they are. GitHub has no such user. */
const NOBODY = '0';

/** A session that is still to be ended at Keycloak. */
export interface Logout extends OfflineSession {
  /** When its sign-in has come to nothing, if it is still here by then: milliseconds since the epoch. */
  readonly notBefore?: number | undefined;
}

const documentSchema = z.object({ secret: z.string(), not_before: z.number().optional() });

/**
 * The sessions that are still to be ended at Keycloak, `keycloak/logouts/<hash of its id>.json`. There is one document for
 * a session, for all who want it ended and with whichever of its refresh tokens: the newest counts.
 */
export class LogoutDocuments implements EncryptedDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;

  constructor(documents: DocumentStore, cipher: DocumentCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  /** What tells the sessions that are to be ended from each other, in no promised order. */
  ids(): AsyncIterable<string> {
    return idsBetween(this.#documents, PREFIX, SUFFIX);
  }

  /**
   * Durable when it resolves. Waits for an attempt to end the same session.
   *
   * A sign-in that is under way has joined the session, if another refresh token is there with a `notBefore`. Then it is not
   * ended for who wants that from before: the sign-in itself comes to an end of it, or is kept.
   */
  async add(logout: Logout): Promise<void> {
    const { sid, notBefore } = logout;
    const key = keyOf(logoutId(sid));
    const secret = await this.#cipher.encrypt(key, storedSession(logout));
    await this.#documents.withLock(key, async () => {
      if (notBefore === undefined && (await this.#isOfAnotherSignIn(key, logout))) return;
      await this.#documents.write(key, { secret, ...(notBefore !== undefined && { not_before: notBefore }) });
    });
  }

  /** Forgets a session that is not to be ended, unless that is said with another refresh token. */
  async cancel({ sid, refreshToken }: Pick<Logout, 'sid' | 'refreshToken'>): Promise<void> {
    await this.attempt(logoutId(sid), (logout) => Promise.resolve(logout.refreshToken.equals(refreshToken)));
  }

  /**
   * Runs `end` while nobody else does so for this session, and forgets the session if it says that it has ended. None is
   * added or taken back meanwhile.
   *
   * @throws UnreadableDocumentError, LockTimeoutError
   */
  async attempt(id: string, end: (logout: Logout) => Promise<boolean>): Promise<void> {
    const key = keyOf(id);
    if ((await this.#documents.read(key)) === undefined) return;
    await this.#documents.withLock(key, async () => {
      const logout = await this.#find(key);
      if (logout !== undefined && (await end(logout))) await this.#documents.delete(key);
    });
  }

  async *userIds(): AsyncIterable<string> {
    const ids: string[] = [];
    for await (const id of this.ids()) ids.push(id);
    if (ids.length > 0) yield NOBODY;
  }

  /** Why one of them cannot be decrypted. */
  async problem(githubUserId: string): Promise<string | undefined> {
    if (githubUserId !== NOBODY) return undefined;
    for await (const id of this.ids()) {
      const problem = await problemOf(() => this.#find(keyOf(id)));
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  async rewrite(githubUserId: string): Promise<boolean> {
    if (githubUserId !== NOBODY) return false;
    let isRewritten = false;
    for await (const id of this.ids()) {
      if (await rewriteSecret(this.#documents, this.#cipher, keyOf(id))) isRewritten = true;
    }
    return isRewritten;
  }

  async #isOfAnotherSignIn(key: string, { refreshToken }: Logout): Promise<boolean> {
    const stored = await this.#find(key).catch(nothingReadable);
    return stored?.notBefore !== undefined && !stored.refreshToken.equals(refreshToken);
  }

  async #find(key: string): Promise<Logout | undefined> {
    const document = await this.#documents.read(key);
    if (document === undefined) return undefined;
    const { success, data } = documentSchema.safeParse(document);
    if (!success) throw new UnreadableDocumentError(key, 'it is no document of a session to end.');
    const { content } = await this.#cipher.open(key, data.secret, storedSessionSchema, 'session');
    return { ...content, notBefore: data.not_before };
  }
}

/** A hash, since what Keycloak calls a session may have characters that no key has. */
export function logoutId(sid: string): string {
  return createHash('sha256').update(sid).digest('hex');
}

function keyOf(id: string): string {
  return `${PREFIX}${id}${SUFFIX}`;
}
