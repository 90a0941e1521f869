import { type EndOptions, Sessions, type SessionsOptions } from '../auth/sessions.ts';
import type { KeycloakSession } from './keycloak-client.ts';
import type { LogoutQueue } from './logout-queue.ts';
import { SessionCheck } from './session-check.ts';
import type { SessionDocuments } from './session-documents.ts';
import { SessionRefresh, type SessionRefreshOptions } from './session-refresh.ts';

/** Ends a session at Keycloak that has ended here. */
export interface Leaving {
  /** Remembers it. Durable when it resolves. */
  add(githubUserId: string, session: KeycloakSession): Promise<void>;
  /** Tries it now. Never rejects. */
  attemptSoon(githubUserId: string, session: KeycloakSession): Promise<void>;
}

export interface KeycloakSessionsOptions {
  readonly sessions: SessionsOptions;
  readonly check: Pick<SessionRefreshOptions, 'keycloak' | 'log'> & { readonly everyMs: number };
  readonly kept: SessionDocuments;
  readonly logouts: LogoutQueue;
  /** For a user whose grant is given back as well; as for all others unless given. */
  readonly leaveWithGrant?: Leaving | undefined;
}

/**
 * Sessions that go on while Keycloak says so, and that end at Keycloak when they end here.
 *
 * A session here and the one of Keycloak's that it lives on begin and end together, under the lock of the latter. Of two that
 * come at once, a sign-in and an end, one is wholly before the other.
 */
export class KeycloakSessions extends Sessions {
  /** Who asks Keycloak with the refresh tokens of the sessions. */
  readonly refresh: SessionRefresh;
  readonly #kept: SessionDocuments;
  readonly #logouts: LogoutQueue;
  readonly #leave: Leaving;
  readonly #leaveWithGrant: Leaving;
  readonly #now: () => number;
  readonly #check: SessionCheck;

  constructor({ sessions, check, kept, logouts, leaveWithGrant }: KeycloakSessionsOptions) {
    super(sessions);
    this.#kept = kept;
    this.#logouts = logouts;
    this.#leave = {
      add: (_githubUserId, session) => logouts.add(session),
      attemptSoon: (_githubUserId, session) => logouts.attemptSoon(session),
    };
    this.#leaveWithGrant = leaveWithGrant ?? this.#leave;
    this.#now = sessions.now;
    const { keycloak, log, everyMs } = check;
    const { now } = sessions;
    this.refresh = new SessionRefresh({
      documents: kept,
      keycloak,
      log,
      now,
      endSessions: (githubUserId) => super.end(githubUserId),
      giveBack: (session) => logouts.giveBack(session),
    });
    this.#check = new SessionCheck({ documents: kept, refresh: this.refresh, everyMs, log, now });
  }

  override async isActive(githubUserId: string, generation: string): Promise<boolean> {
    const isActive = await super.isActive(githubUserId, generation);
    if (isActive) this.#check.used(githubUserId);
    return isActive;
  }

  /** Also those who have none here, as when a sign-out was not carried to its end: Keycloak's is ended with theirs. */
  override async *userIds(): AsyncIterable<string> {
    const seen = new Set<string>();
    for await (const id of super.userIds()) {
      seen.add(id);
      yield id;
    }
    for await (const id of this.#kept.userIds()) if (!seen.has(id)) yield id;
  }

  override async exist(githubUserId: string): Promise<boolean> {
    return (await super.exist(githubUserId)) || this.#kept.exists(githubUserId);
  }

  /** Whether the user has sessions here. Unlike {@link KeycloakSessions.exist} it is false while they are being ended. */
  haveBegun(githubUserId: string): Promise<boolean> {
    return super.exist(githubUserId);
  }

  override async end(githubUserId: string, { withGrant = false }: EndOptions = {}): Promise<void> {
    const endHere = async () => {
      await super.end(githubUserId);
      return true;
    };
    await this.#endBoth(githubUserId, endHere, withGrant ? this.#leaveWithGrant : this.#leave);
  }

  override abandon(githubUserId: string, generation: string): Promise<boolean> {
    return this.#endBoth(githubUserId, () => super.abandon(githubUserId, generation), this.#leave);
  }

  /** @param endHere - says whether it has: if not, the session at Keycloak goes on, too. */
  async #endBoth(githubUserId: string, endHere: () => Promise<boolean>, leave: Leaving): Promise<boolean> {
    let ended: KeycloakSession | undefined;
    const hasEnded = await this.#kept.remove(githubUserId, endHere, async (session) => {
      if (session !== undefined) await leave.add(githubUserId, session);
      ended = session;
    });
    if (ended !== undefined) void leave.attemptSoon(githubUserId, ended);
    return hasEnded;
  }

  /**
   * Begins a session that lives on one of Keycloak's; the one before is ended, since nothing here lives on it any more.
   *
   * @param beginSession - begins it here.
   * @returns what that returns.
   */
  async keep(
    githubUserId: string,
    session: KeycloakSession,
    beginSession: () => Promise<string>,
  ): Promise<string> {
    const at = this.#now();
    let before: KeycloakSession | undefined;
    const generation = await this.#kept.begin(githubUserId, session, at, async (kept) => {
      before = kept?.sid === session.sid ? undefined : kept;
      // While it is kept it is not ended, so nothing is lost if this goes no further.
      if (before !== undefined) await this.#logouts.add(before);
      return beginSession();
    });
    this.#check.began(githubUserId, at);
    await this.#logouts.cancel(session);
    if (before !== undefined) void this.#logouts.attemptSoon(before);
    return generation;
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
    return this.#kept.remove(
      githubUserId,
      (session) => session !== undefined && isMeant(session),
      () => super.end(githubUserId),
    );
  }

  /** Ends timers, and resolves when what is under way has ended. */
  async close(): Promise<void> {
    await this.#check.idle();
    await this.refresh.close();
    await this.#logouts.close();
  }
}
