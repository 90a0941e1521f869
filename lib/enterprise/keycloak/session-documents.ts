import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { userDocumentKey, userIdsWith } from '../storage/user-documents.ts';
import { type DocumentCipher, nothingReadable, UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { type EncryptedDocuments, problemOf, rewriteSecret } from '../tokens/encrypted-documents.ts';
import type { KeycloakSession } from './keycloak-client.ts';

const NAME = 'keycloak_session.json';

/** What is known of Keycloak's word on a session. It is no secret, so it is outside the encryption. */
export interface CheckState {
  /** When Keycloak last said that it goes on: milliseconds since the epoch. */
  readonly checkedAt: number;
  /**
   * Whether Keycloak was asked and the answer is not here: it is under way, was lost, or the process has ended. The
   * refresh token may be dead then without the session's being so.
   */
  readonly isUnanswered: boolean;
  /** Whether Keycloak cannot be asked any more, because such an answer held the refresh token that counts. */
  readonly isUncheckable: boolean;
}

export interface StoredSession extends CheckState {
  readonly session: KeycloakSession;
}

const documentSchema = z.object({
  secret: z.string(),
  checked_at: z.number(),
  unanswered: z.boolean().optional(),
  uncheckable: z.boolean().optional(),
});

const sessionSchema = z
  .object({ sub: z.string(), sid: z.string(), refresh_token: z.string().min(1), began_at: z.number() })
  .transform((json): KeycloakSession => ({
    sub: json.sub,
    sid: json.sid,
    refreshToken: new Secret(json.refresh_token),
    beganAt: json.began_at,
  }));

/**
 * Keycloak's sessions of all users, `users/github/<github_user_id>/keycloak_session.json`, and whose they are by Keycloak's
 * id of the user, `keycloak/subjects/<hash of it>.json`.
 */
export class SessionDocuments implements EncryptedDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;

  constructor(documents: DocumentStore, cipher: DocumentCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  /** @throws UnreadableDocumentError */
  async find(githubUserId: string): Promise<StoredSession | undefined> {
    const key = keyOf(githubUserId);
    const document = await this.#documents.read(key);
    if (document === undefined) return undefined;
    const { success, data } = documentSchema.safeParse(document);
    if (!success) throw new UnreadableDocumentError(key, 'it is no session document.');
    return {
      session: (await this.#cipher.open(key, data.secret, sessionSchema, 'session')).content,
      checkedAt: data.checked_at,
      isUnanswered: data.unanswered ?? false,
      isUncheckable: data.uncheckable ?? false,
    };
  }

  async exists(githubUserId: string): Promise<boolean> {
    return (await this.#documents.read(keyOf(githubUserId))) !== undefined;
  }

  /** The GitHub id of the user that Keycloak knows by this id. */
  async userWith(sub: string): Promise<string | undefined> {
    const id = (await this.#documents.read(subjectKey(sub)))?.github_user_id;
    return typeof id === 'string' ? id : undefined;
  }

  /** Whether a session of Keycloak is kept for its user. */
  async holds(sub: string, sid: string): Promise<boolean> {
    const githubUserId = await this.userWith(sub);
    const session = githubUserId === undefined ? undefined : (await this.find(githubUserId))?.session;
    return session?.sub === sub && session.sid === sid;
  }

  /**
   * Keeps the session of a new sign-in.
   *
   * @param first - what to do before, with the one that is kept until then. If it fails, that one stays.
   * @returns what that returns.
   */
  async begin<T>(
    githubUserId: string,
    session: KeycloakSession,
    now: number,
    first: (before: KeycloakSession | undefined) => Promise<T>,
  ): Promise<T> {
    const subject = subjectKey(session.sub);
    await this.#documents.withLock(subject, () =>
      this.#documents.write(subject, { github_user_id: githubUserId }),
    );
    const key = keyOf(githubUserId);
    return this.#documents.withLock(key, async () => {
      const result = await first(await this.#readable(githubUserId));
      await this.#write(key, { session, checkedAt: now, isUnanswered: false, isUncheckable: false });
      return result;
    });
  }

  /** Writes `next`, if what is there is still `expected`. @returns whether it was. */
  async replace(githubUserId: string, expected: KeycloakSession, next: StoredSession): Promise<boolean> {
    const key = keyOf(githubUserId);
    return this.#documents.withLock(key, async () => {
      if (!isSame(await this.#readable(githubUserId), expected)) return false;
      await this.#write(key, next);
      return true;
    });
  }

  /**
   * Deletes the document, if `isMeant` says so of what is there. A sign-in of the same user waits for that.
   *
   * @param first - what to do before, with what is there. If it fails, the document stays.
   * @returns whether it was meant.
   */
  async remove(
    githubUserId: string,
    isMeant: (session: KeycloakSession | undefined) => boolean | Promise<boolean>,
    first: (session: KeycloakSession | undefined) => Promise<void>,
  ): Promise<boolean> {
    const key = keyOf(githubUserId);
    return this.#documents.withLock(key, async () => {
      const session = await this.#readable(githubUserId);
      if (!(await isMeant(session))) return false;
      await first(session);
      await this.#documents.delete(key);
      return true;
    });
  }

  /**
   * Runs `fn` while nobody else on this store asks Keycloak about the session of this user.
   *
   * @throws LockTimeoutError
   */
  whileChecking<T>(githubUserId: string, fn: () => Promise<T>, waitMs: number): Promise<T> {
    return this.#documents.withLock(userDocumentKey(githubUserId, 'keycloak_session.check'), fn, { waitMs });
  }

  userIds(): AsyncIterable<string> {
    return userIdsWith(this.#documents, NAME);
  }

  problem(githubUserId: string): Promise<string | undefined> {
    return problemOf(() => this.find(githubUserId));
  }

  rewrite(githubUserId: string): Promise<boolean> {
    return rewriteSecret(this.#documents, this.#cipher, keyOf(githubUserId));
  }

  async #readable(githubUserId: string): Promise<KeycloakSession | undefined> {
    return (await this.find(githubUserId).catch(nothingReadable))?.session;
  }

  async #write(
    key: string,
    { session, checkedAt, isUnanswered, isUncheckable }: StoredSession,
  ): Promise<void> {
    const { sub, sid, refreshToken, beganAt } = session;
    const content = { sub, sid, refresh_token: refreshToken.reveal(), began_at: beganAt };
    await this.#documents.write(key, {
      secret: await this.#cipher.encrypt(key, content),
      checked_at: checkedAt,
      ...(isUnanswered && { unanswered: true }),
      ...(isUncheckable && { uncheckable: true }),
    });
  }
}

/** Whether both are the same session with the very same refresh token. */
function isSame(one: KeycloakSession | undefined, other: KeycloakSession): boolean {
  return one?.sid === other.sid && one.refreshToken.equals(other.refreshToken);
}

function keyOf(githubUserId: string): string {
  return userDocumentKey(githubUserId, NAME);
}

/** A hash, since what Keycloak calls a user may have characters that no key has. */
function subjectKey(sub: string): string {
  return `keycloak/subjects/${createHash('sha256').update(sub).digest('hex')}.json`;
}
