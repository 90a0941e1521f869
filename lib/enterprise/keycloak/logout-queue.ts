import type { Logger } from 'pino';
import { InvalidGrantError, KeycloakUnavailableError } from './errors.ts';
import type { KeycloakClient, KeycloakSession } from './keycloak-client.ts';
import type { LogoutDocuments } from './logout-documents.ts';

const RETRY_EVERY_MS = 30_000;

export interface LogoutQueueOptions {
  readonly logouts: LogoutDocuments;
  readonly keycloak: Pick<KeycloakClient, 'endSession'>;
  readonly log: Logger;
  /** How often to try again what failed, in milliseconds; 30,000 unless given. */
  readonly retryEveryMs?: number;
}

/** Ends sessions at Keycloak, however long it takes: Keycloak's being down, or this process, keeps nobody from signing out. */
export class LogoutQueue {
  readonly #logouts: LogoutDocuments;
  readonly #keycloak: Pick<KeycloakClient, 'endSession'>;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  readonly #attempts = new Set<Promise<void>>();
  #isSweeping = false;
  #isClosing = false;

  constructor({ logouts, keycloak, log, retryEveryMs = RETRY_EVERY_MS }: LogoutQueueOptions) {
    this.#logouts = logouts;
    this.#keycloak = keycloak;
    this.#log = log;
    this.#timer = setInterval(() => this.#track(this.#sweep()), retryEveryMs);
    this.#timer.unref();
  }

  /** Remembers to end a session. Durable when it resolves; the first attempt is made behind the caller's back. */
  async add(githubUserId: string, session: KeycloakSession): Promise<void> {
    await this.#logouts.add(githubUserId, session);
    this.#track(this.#attempt(githubUserId));
  }

  /** Ends the retrying, and resolves when the attempts that are under way have ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosing = true;
    await Promise.all(this.#attempts);
  }

  #track(attempt: Promise<void>): void {
    const ended = attempt
      .catch((err: unknown) => {
        this.#log.warn({ err }, 'A session could not be ended at Keycloak; tried again later');
      })
      .finally(() => this.#attempts.delete(ended));
    this.#attempts.add(ended);
  }

  /** One after the other. When Keycloak is away, the others wait for the next time; what is one user's own stops nobody. */
  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      for await (const githubUserId of this.#logouts.userIds()) {
        if (this.#isClosing) return;
        await this.#attempt(githubUserId).catch((err: unknown) => {
          if (err instanceof KeycloakUnavailableError) throw err;
          this.#log.warn({ err, github_user_id: githubUserId }, 'A session could not be ended at Keycloak');
        });
      }
    } finally {
      this.#isSweeping = false;
    }
  }

  /** Several processes may do the same: a session that is ended already is no failure. */
  async #attempt(githubUserId: string): Promise<void> {
    for (const { sid, refreshToken } of await this.#logouts.find(githubUserId)) {
      try {
        await this.#keycloak.endSession(refreshToken);
      } catch (error) {
        if (!(error instanceof InvalidGrantError)) throw error;
      }
      await this.#logouts.done(githubUserId, sid);
    }
  }
}
