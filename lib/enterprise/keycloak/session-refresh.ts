import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import { InvalidGrantError } from './errors.ts';
import type { KeycloakClient, KeycloakSession, KeycloakTokens } from './keycloak-client.ts';
import type { SessionDocuments, StoredSession } from './session-documents.ts';

/** For how long Keycloak is left alone when it could not answer, in milliseconds. */
export const PAUSE_MS = 10_000;

export interface SessionRefreshOptions {
  readonly documents: SessionDocuments;
  readonly keycloak: Pick<KeycloakClient, 'refresh'>;
  readonly log: Logger;
  readonly now: () => number;
  /** Ends the user's sessions here, since Keycloak has ended its own. */
  readonly endSessions: (githubUserId: string) => Promise<void>;
  /** Ends a session at Keycloak that has come to nothing here. */
  readonly giveBack: (githubUserId: string, session: KeycloakSession) => Promise<void>;
}

/**
 * What Keycloak has said of a session. `not_asked`: there is none, or it did not have to be. `uncheckable`: it cannot be
 * asked any more, because an answer was lost.
 */
export type SessionState =
  | { readonly state: 'goes_on'; readonly accessToken: Secret; readonly checkedAt: number }
  | { readonly state: 'not_asked' | 'uncheckable' | 'ended' };

export interface RefreshRequest {
  /** Whether Keycloak has to be asked, by what the store has when nobody else is asking. */
  readonly isNeeded: (stored: StoredSession) => boolean;
  /** For how long somebody else who asks is waited for, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Uses the refresh tokens of Keycloak's sessions: whether a session goes on, and an access token to ask Keycloak with, come
 * of the same answer.
 *
 * Only one answer ends a session: `invalid_grant` for the very refresh token that is stored. Where the realm revokes refresh
 * tokens, each works once. So one who uses it must be alone, in all processes, and that it is used is written down before.
 */
export class SessionRefresh {
  readonly #options: SessionRefreshOptions;
  readonly #running = new Map<string, Promise<SessionState>>();
  #pausedUntil = 0;

  constructor(options: SessionRefreshOptions) {
    this.#options = options;
  }

  /** Until when Keycloak is left alone, because it could not answer a moment ago: milliseconds since the epoch. */
  get pausedUntil(): number {
    // Further ahead is only what was written down before the clock was set back.
    return this.#pausedUntil - this.#options.now() <= PAUSE_MS ? this.#pausedUntil : 0;
  }

  /**
   * Asks Keycloak about the session of a user, if that is needed. Who comes while it is being asked has the same answer.
   *
   * @throws LockTimeoutError, UnreadableDocumentError
   * @throws KeycloakUnavailableError, KeycloakMisconfiguredError when nothing is known; the session goes on.
   */
  async run(githubUserId: string, request: RefreshRequest): Promise<SessionState> {
    const running = this.#running.get(githubUserId);
    if (running !== undefined) {
      const state = await running.catch(noAnswerAfterWaiting);
      // The one that asked did not need an answer, or has not waited for so long; this one may.
      return state === undefined || state.state === 'not_asked' ? this.run(githubUserId, request) : state;
    }
    const started = this.#options.documents
      .whileChecking(githubUserId, () => this.#runAlone(githubUserId, request), request.waitMs)
      .finally(() => this.#running.delete(githubUserId));
    this.#running.set(githubUserId, started);
    return started;
  }

  async #runAlone(githubUserId: string, { isNeeded }: RefreshRequest): Promise<SessionState> {
    const { documents, keycloak } = this.#options;
    const stored = await documents.find(githubUserId);
    if (stored?.isUncheckable === true) return { state: 'uncheckable' };
    if (stored === undefined || !isNeeded(stored)) return { state: 'not_asked' };
    const { session } = stored;
    if (!(await documents.replace(githubUserId, session, { ...stored, isUnanswered: true })))
      return { state: 'not_asked' };
    let tokens: KeycloakTokens;
    try {
      tokens = await keycloak.refresh(session.refreshToken);
    } catch (error) {
      if (error instanceof InvalidGrantError) return this.#refused(githubUserId, stored, error);
      this.#pausedUntil = this.#options.now() + PAUSE_MS;
      throw error;
    }
    return this.#goesOn(githubUserId, session, tokens);
  }

  async #goesOn(
    githubUserId: string,
    before: KeycloakSession,
    { refreshToken, accessToken }: KeycloakTokens,
  ): Promise<SessionState> {
    const { documents, giveBack, now } = this.#options;
    this.#pausedUntil = 0;
    const checkedAt = now();
    const session = { ...before, refreshToken };
    const checked = { session, checkedAt, isUnanswered: false, isUncheckable: false };
    if (await documents.replace(githubUserId, before, checked))
      return { state: 'goes_on', accessToken, checkedAt };
    // A sign-in or a sign-out that came meanwhile could give back only the token from before, which may be dead.
    await giveBack(githubUserId, session);
    return { state: 'not_asked' };
  }

  async #refused(
    githubUserId: string,
    stored: StoredSession,
    error: InvalidGrantError,
  ): Promise<SessionState> {
    const { documents, endSessions, log } = this.#options;
    if (stored.isUnanswered && error.wasUsedBefore) {
      log.warn(
        { github_user_id: githubUserId },
        'An answer of Keycloak was lost, and with it the refresh token of a session: it goes on, and is not checked any more',
      );
      await documents.replace(githubUserId, stored.session, { ...stored, isUncheckable: true });
      return { state: 'uncheckable' };
    }
    const { refreshToken } = stored.session;
    const isStillStored = (current: KeycloakSession) => current.refreshToken.equals(refreshToken);
    const hasEnded = await documents.remove(githubUserId, isStillStored, () => endSessions(githubUserId));
    if (!hasEnded) return { state: 'not_asked' };
    log.info(
      { github_user_id: githubUserId },
      'Keycloak has ended the session of this user; they are signed out',
    );
    return { state: 'ended' };
  }
}

function noAnswerAfterWaiting(error: unknown): undefined {
  if (!(error instanceof LockTimeoutError)) throw error;
}
