import type { Logger } from 'pino';
import { Retries } from '../retries.ts';
import { InvalidGrantError, KeycloakUnavailableError } from './errors.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import { type Logout, type LogoutDocuments, logoutId } from './logout-documents.ts';

export interface LogoutQueueOptions {
  readonly logouts: LogoutDocuments;
  readonly keycloak: Pick<KeycloakClient, 'endSession'>;
  /** Whether a user lives on the session: it may be begun again under the same id. */
  readonly isKept: (session: Logout) => Promise<boolean>;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How often to try again what failed, in milliseconds; 30,000 unless given. */
  readonly retryEveryMs?: number;
}

/**
 * Ends sessions at Keycloak, however long it takes: Keycloak's being down, or this process, keeps nobody from signing out. One
 * that is kept is never ended, since a sign-in may have joined it meanwhile.
 */
export class LogoutQueue {
  readonly #options: LogoutQueueOptions;
  readonly #retries: Retries;
  /** What the store could not take, by the session's id. */
  readonly #unsaved = new Map<string, Logout>();

  constructor(options: LogoutQueueOptions) {
    this.#options = options;
    this.#retries = new Retries({
      left: () => this.#left(),
      failsAll: (error) => error instanceof KeycloakUnavailableError,
      complain: (err) =>
        options.log.warn({ err }, 'A session could not be ended at Keycloak; tried again later'),
      everyMs: options.retryEveryMs,
    });
  }

  /** How many sessions are still to be ended, by whatever process on the store. */
  async size(): Promise<number> {
    const ids: string[] = [];
    for await (const id of this.#options.logouts.ids()) ids.push(id);
    return ids.length;
  }

  /** Remembers to end a session. Durable when it resolves. */
  async add(session: Logout): Promise<void> {
    await this.#options.logouts.add(session);
    this.#unsaved.delete(session.sid);
  }

  /** Tries to end a session that was added. Resolves when that is done or postponed; never rejects. */
  attemptSoon({ sid }: Pick<Logout, 'sid'>): Promise<void> {
    return this.#retries.track(this.#attempt(logoutId(sid)));
  }

  /** Forgets a session that is kept from now on. Does not reject: what is kept is not ended all the same. */
  async cancel(session: Logout): Promise<void> {
    this.#unsaved.delete(session.sid);
    await this.#options.logouts.cancel(session).catch((err: unknown) => {
      this.#options.log.warn({ err }, 'The session of a sign-in stays among those to end while it is kept');
    });
  }

  /**
   * Ends a session that nobody is to live on: now, or else later. What the store cannot take is kept in memory. Resolves when
   * it was tried; never rejects.
   */
  giveBack({ sub, sid, refreshToken }: Logout): Promise<void> {
    const session = { sub, sid, refreshToken };
    this.#unsaved.set(sid, session);
    return this.#retries.track(this.#save(session));
  }

  /** Ends the retrying, and resolves when the attempts that are under way have ended. */
  async close(): Promise<void> {
    await this.#retries.close();
    for (const session of this.#unsaved.values()) await this.#retries.track(this.#save(session));
    if (this.#unsaved.size === 0) return;
    this.#options.log.error(
      { sessions: this.#unsaved.size },
      'Sessions at Keycloak are left behind: they could be neither ended nor stored before this process ended',
    );
  }

  async *#left(): AsyncGenerator<() => Promise<void>> {
    for (const session of this.#unsaved.values()) yield () => this.#save(session);
    for await (const id of this.#options.logouts.ids()) yield () => this.#attempt(id);
  }

  /** Where the store does not take it, the session is ended all the same if it can be. */
  async #save(session: Logout): Promise<void> {
    try {
      await this.add(session);
    } catch (err) {
      this.#options.log.error({ err }, 'A session to end at Keycloak cannot be stored; it is kept in memory');
      if (await this.#end(session)) this.#unsaved.delete(session.sid);
      return;
    }
    await this.#attempt(logoutId(session.sid));
  }

  async #attempt(id: string): Promise<void> {
    await this.#options.logouts.attempt(id, (session) => this.#end(session));
  }

  /** @returns whether it has ended, by whoever's doing. */
  async #end(session: Logout): Promise<boolean> {
    const { isKept, keycloak, now } = this.#options;
    if (session.notBefore !== undefined && now() < session.notBefore) return false;
    if (await isKept(session)) return false;
    try {
      await keycloak.endSession(session.refreshToken);
    } catch (error) {
      if (!(error instanceof InvalidGrantError)) throw error;
    }
    return true;
  }
}
