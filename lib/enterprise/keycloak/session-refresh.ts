import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import { InvalidGrantError } from './errors.ts';
import type { KeycloakClient, KeycloakSession, KeycloakTokens } from './keycloak-client.ts';
import type { SessionDocuments, StoredSession } from './session-documents.ts';

/** For how long Keycloak is left alone when it could not answer, in milliseconds. */
export const PAUSE_MS = 10_000;
/** Between attempts to store what Keycloak has answered, in milliseconds: sooner than others look again. */
const FIRST_SAVE_PAUSE_MS = 100;
const LONGEST_SAVE_PAUSE_MS = 1_000;

export interface SessionRefreshOptions {
  readonly documents: SessionDocuments;
  readonly keycloak: Pick<KeycloakClient, 'refresh'>;
  readonly log: Logger;
  readonly now: () => number;
  /** Ends the user's sessions here, since Keycloak has ended its own. */
  readonly endSessions: (githubUserId: string) => Promise<void>;
  /** Ends a session at Keycloak that has come to nothing here. Does not reject. */
  readonly giveBack: (session: KeycloakSession) => Promise<void>;
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

/** What has come of asking Keycloak, and when all that follows from it is in the store. */
interface Outcome {
  readonly state: SessionState;
  readonly settled: Promise<void>;
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
  /** Those who hold a lock, also for what could not be stored yet. */
  readonly #holding = new Set<Promise<void>>();
  readonly #ending = new AbortController();
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
    const started = this.#start(githubUserId, request).finally(() => this.#running.delete(githubUserId));
    this.#running.set(githubUserId, started);
    return started;
  }

  /** Gives what could not be stored yet one last chance, and resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#holding);
  }

  /** The lock is kept until what Keycloak has said is stored; who asks need not wait for that. */
  #start(githubUserId: string, request: RefreshRequest): Promise<SessionState> {
    return new Promise((resolve, reject) => {
      const alone = async () => {
        const { state, settled } = await this.#runAlone(githubUserId, request);
        resolve(state);
        await settled;
      };
      const holding = this.#options.documents
        .whileChecking(githubUserId, alone, request.waitMs)
        .catch(reject)
        .finally(() => this.#holding.delete(holding));
      this.#holding.add(holding);
    });
  }

  async #runAlone(githubUserId: string, { isNeeded }: RefreshRequest): Promise<Outcome> {
    const { documents, keycloak } = this.#options;
    const stored = await documents.find(githubUserId);
    if (stored?.isUncheckable === true) return settled({ state: 'uncheckable' });
    if (stored === undefined || !isNeeded(stored)) return settled({ state: 'not_asked' });
    const { session } = stored;
    if (!(await documents.replace(githubUserId, session, { ...stored, isUnanswered: true })))
      return settled({ state: 'not_asked' });
    let tokens: KeycloakTokens;
    try {
      tokens = await keycloak.refresh(session.refreshToken);
    } catch (error) {
      if (error instanceof InvalidGrantError)
        return settled(await this.#refused(githubUserId, stored, error));
      this.#pausedUntil = this.#options.now() + PAUSE_MS;
      throw error;
    }
    return this.#goesOn(githubUserId, session, tokens);
  }

  async #goesOn(
    githubUserId: string,
    before: KeycloakSession,
    { refreshToken, accessToken }: KeycloakTokens,
  ): Promise<Outcome> {
    const { documents, log, now } = this.#options;
    this.#pausedUntil = 0;
    const checkedAt = now();
    const checked = {
      session: { ...before, refreshToken },
      checkedAt,
      isUnanswered: false,
      isUncheckable: false,
    };
    const goesOn = { state: 'goes_on', accessToken, checkedAt } as const;
    const save = () => documents.replace(githubUserId, before, checked);
    try {
      if (await save()) return { state: goesOn, settled: Promise.resolve() };
    } catch (err) {
      log.error(
        { err, github_user_id: githubUserId },
        'The refresh token of a session cannot be stored; it is kept in memory, and stored as soon as that is possible',
      );
      return { state: goesOn, settled: this.#saveLater(githubUserId, save, checked.session) };
    }
    await this.#options.giveBack(checked.session);
    return settled({ state: 'not_asked' });
  }

  /** However long it takes: Keycloak does not give a refresh token twice, and to use the one before may end the session. */
  async #saveLater(
    githubUserId: string,
    save: () => Promise<boolean>,
    session: KeycloakSession,
  ): Promise<void> {
    const { giveBack, log } = this.#options;
    const { signal } = this.#ending;
    for (let pause = FIRST_SAVE_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_SAVE_PAUSE_MS)) {
      await delay(pause, undefined, { signal }).catch(() => undefined);
      const isLastChance = signal.aborted;
      try {
        // A sign-in or a sign-out that came meanwhile could give back only the token from before, which may be dead.
        if (!(await save())) await giveBack(session);
        return;
      } catch (err) {
        if (!isLastChance) continue;
        log.fatal(
          { err, github_user_id: githubUserId },
          'The refresh token of a session is lost: it could not be stored before this process ended',
        );
        return;
      }
    }
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
    const isStillStored = (current: KeycloakSession | undefined) =>
      current?.refreshToken.equals(refreshToken) === true;
    const hasEnded = await documents.remove(githubUserId, isStillStored, () => endSessions(githubUserId));
    if (!hasEnded) return { state: 'not_asked' };
    log.info(
      { github_user_id: githubUserId },
      'Keycloak has ended the session of this user; they are signed out',
    );
    return { state: 'ended' };
  }
}

function settled(state: SessionState): Outcome {
  return { state, settled: Promise.resolve() };
}

function noAnswerAfterWaiting(error: unknown): undefined {
  if (!(error instanceof LockTimeoutError)) throw error;
}
