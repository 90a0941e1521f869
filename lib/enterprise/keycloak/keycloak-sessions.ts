import { Sessions, type SessionsOptions } from '../auth/sessions.ts';
import type { KeycloakSession } from './keycloak-client.ts';
import type { LogoutQueue } from './logout-queue.ts';
import { SessionCheck } from './session-check.ts';
import type { SessionDocuments } from './session-documents.ts';
import { SessionRefresh, type SessionRefreshOptions } from './session-refresh.ts';

export interface KeycloakSessionsOptions {
  readonly sessions: SessionsOptions;
  readonly check: Pick<SessionRefreshOptions, 'keycloak' | 'log'> & { readonly everyMs: number };
  readonly kept: SessionDocuments;
  readonly logouts: LogoutQueue;
}

/** Sessions that go on while Keycloak says so, and that end at Keycloak when they end here. */
export class KeycloakSessions extends Sessions {
  /** Who asks Keycloak with the refresh tokens of the sessions. */
  readonly refresh: SessionRefresh;
  readonly #kept: SessionDocuments;
  readonly #logouts: LogoutQueue;
  readonly #now: () => number;
  readonly #check: SessionCheck;

  constructor({ sessions, check, kept, logouts }: KeycloakSessionsOptions) {
    super(sessions);
    this.#kept = kept;
    this.#logouts = logouts;
    this.#now = sessions.now;
    const { keycloak, log, everyMs } = check;
    const { now } = sessions;
    this.refresh = new SessionRefresh({
      documents: kept,
      keycloak,
      log,
      now,
      endSessions: (githubUserId) => super.end(githubUserId),
      giveBack: (githubUserId, session) => logouts.add(githubUserId, session),
    });
    this.#check = new SessionCheck({ documents: kept, refresh: this.refresh, everyMs, log, now });
  }

  override async isActive(githubUserId: string, generation: string): Promise<boolean> {
    const isActive = await super.isActive(githubUserId, generation);
    if (isActive) this.#check.used(githubUserId);
    return isActive;
  }

  override async end(githubUserId: string): Promise<void> {
    await super.end(githubUserId);
    await this.#kept.remove(
      githubUserId,
      () => true,
      (session) => this.#logouts.add(githubUserId, session),
    );
  }

  /** Keeps Keycloak's session of a sign-in; the one before is ended, since nothing here lives on it any more. */
  async keep(githubUserId: string, session: KeycloakSession): Promise<void> {
    const at = this.#now();
    const before = await this.#kept.begin(githubUserId, session, at);
    this.#check.began(githubUserId, at);
    if (before !== undefined) await this.#logouts.add(githubUserId, before);
  }

  /**
   * Ends the user's sessions because Keycloak has ended its own.
   *
   * @param isMeant - whether that is the session which is kept now.
   * @returns whether it was.
   */
  async endedByKeycloak(
    githubUserId: string,
    isMeant: (session: KeycloakSession) => boolean,
  ): Promise<boolean> {
    return this.#kept.remove(githubUserId, isMeant, () => super.end(githubUserId));
  }

  /** Ends timers, and resolves when what is under way has ended. */
  async close(): Promise<void> {
    await this.#check.idle();
    await this.#logouts.close();
  }
}
