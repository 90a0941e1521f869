import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import { UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { InvalidGrantError } from './errors.ts';
import type { KeycloakClient, KeycloakSession } from './keycloak-client.ts';
import type { SessionDocuments, StoredSession } from './session-documents.ts';

/** For how long Keycloak is left alone, and a session that it could not be asked about, in milliseconds. */
const PAUSE_MS = 10_000;
/** Another process that checks a session does it for this one as well: it is not waited for until Keycloak has answered it. */
const LOCK_WAIT_MS = 1_000;
const CAPACITY = 10_000;

export interface SessionCheckOptions {
  readonly documents: SessionDocuments;
  readonly keycloak: Pick<KeycloakClient, 'refresh'>;
  /** `KEYCLOAK_CHECK_EVERY`, in milliseconds. */
  readonly everyMs: number;
  readonly log: Logger;
  readonly now: () => number;
  /** Ends the user's sessions here, since Keycloak has ended its own. */
  readonly endSessions: (githubUserId: string) => Promise<void>;
  /** Ends a session at Keycloak that has come to nothing here. */
  readonly giveBack: (githubUserId: string, session: KeycloakSession) => Promise<void>;
}

/**
 * Asks Keycloak now and then whether the session of a user goes on, when it is used. That is done behind the requests, which
 * never wait for it: Keycloak's being down or slow neither ends nor delays anything.
 *
 * Only one answer ends a session: `invalid_grant` for the very refresh token that is stored. Where the realm revokes refresh
 * tokens, each works once. So one who uses it must be alone, in all processes, and that it is used is written down before.
 */
export class SessionCheck {
  readonly #options: SessionCheckOptions;
  /** When to look at a user's session again: milliseconds since the epoch. The last used are at the end. */
  readonly #nextLook = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  #pausedUntil = 0;

  constructor(options: SessionCheckOptions) {
    this.#options = options;
  }

  /** Told that a session is used. Returns at once, and never throws. */
  used(githubUserId: string): void {
    const { everyMs, now } = this.#options;
    const time = now();
    const nextLook = this.#nextLook.get(githubUserId);
    // Further ahead than that is only what was written down before the clock was set back.
    if (nextLook !== undefined && time < nextLook && nextLook - time <= everyMs + PAUSE_MS) return;
    this.#lookAgainAt(githubUserId, Math.max(time + Math.min(everyMs, PAUSE_MS), this.#pausedUntil));
    if (time < this.#pausedUntil && this.#pausedUntil - time <= PAUSE_MS) return;
    const running = this.#look(githubUserId).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Told that a user has a new session, and when Keycloak has begun it, in milliseconds since the epoch. */
  began(githubUserId: string, at: number): void {
    this.#lookAgainAt(githubUserId, at + this.#options.everyMs);
  }

  /** Resolves when no check is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #lookAgainAt(githubUserId: string, at: number): void {
    this.#nextLook.delete(githubUserId);
    this.#nextLook.set(githubUserId, at);
    const [oldest] = this.#nextLook.keys();
    if (this.#nextLook.size > CAPACITY && oldest !== undefined) this.#nextLook.delete(oldest);
  }

  async #look(githubUserId: string): Promise<void> {
    const { documents, log } = this.#options;
    try {
      if (!(await this.#isDue(githubUserId))) return;
      await documents.whileChecking(githubUserId, () => this.#checkAlone(githubUserId), LOCK_WAIT_MS);
    } catch (error) {
      if (error instanceof LockTimeoutError) return;
      if (error instanceof UnreadableDocumentError) {
        log.error(
          { err: error, github_user_id: githubUserId },
          'The Keycloak session of a user cannot be read',
        );
        return;
      }
      log.warn({ err: error, github_user_id: githubUserId }, 'A session could not be checked; it goes on');
    }
  }

  /** By the store: another process may have checked it. Without a document the user signed in without Keycloak. */
  async #isDue(githubUserId: string): Promise<StoredSession | undefined> {
    const { documents, everyMs, now } = this.#options;
    const stored = await documents.find(githubUserId);
    const age = stored === undefined ? 0 : now() - stored.checkedAt;
    // Below zero: the clock was set back.
    const isDue = stored !== undefined && !stored.isUncheckable && (age >= everyMs || age < 0);
    if (isDue) return stored;
    this.#lookAgainAt(githubUserId, now() + (stored?.isUncheckable === true ? everyMs : everyMs - age));
    return undefined;
  }

  async #checkAlone(githubUserId: string): Promise<void> {
    const { documents, keycloak } = this.#options;
    const stored = await this.#isDue(githubUserId);
    if (stored === undefined) return;
    const { session } = stored;
    if (!(await documents.replace(githubUserId, session, { ...stored, isUnanswered: true }))) return;
    let refreshToken: Secret;
    try {
      refreshToken = await keycloak.refresh(session.refreshToken);
    } catch (error) {
      await this.#failed(githubUserId, stored, error);
      return;
    }
    await this.#goesOn(githubUserId, session, refreshToken);
  }

  async #goesOn(githubUserId: string, before: KeycloakSession, refreshToken: Secret): Promise<void> {
    const { documents, everyMs, giveBack, now } = this.#options;
    this.#pausedUntil = 0;
    const checkedAt = now();
    this.#lookAgainAt(githubUserId, checkedAt + everyMs);
    const session = { ...before, refreshToken };
    const checked = { session, checkedAt, isUnanswered: false, isUncheckable: false };
    // A sign-in or a sign-out that came meanwhile could give back only the token from before, which may be dead.
    if (!(await documents.replace(githubUserId, before, checked))) await giveBack(githubUserId, session);
  }

  async #failed(githubUserId: string, stored: StoredSession, error: unknown): Promise<void> {
    const { documents, endSessions, log, now } = this.#options;
    if (!(error instanceof InvalidGrantError)) {
      this.#pausedUntil = now() + PAUSE_MS;
      throw error;
    }
    if (stored.isUnanswered && error.wasUsedBefore) {
      log.warn(
        { github_user_id: githubUserId },
        'An answer of Keycloak was lost, and with it the refresh token of a session: it goes on, and is not checked any more',
      );
      await documents.replace(githubUserId, stored.session, { ...stored, isUncheckable: true });
      return;
    }
    const { refreshToken } = stored.session;
    const isStillStored = (current: KeycloakSession) => current.refreshToken.equals(refreshToken);
    const hasEnded = await documents.remove(githubUserId, isStillStored, () => endSessions(githubUserId));
    if (!hasEnded) return;
    log.info(
      { github_user_id: githubUserId },
      'Keycloak has ended the session of this user; they are signed out',
    );
  }
}
