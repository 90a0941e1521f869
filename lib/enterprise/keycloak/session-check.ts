import type { Logger } from 'pino';
import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import { UnreadableDocumentError } from '../tokens/document-cipher.ts';
import { CLOCK_TOLERANCE_SECONDS } from './keycloak-client.ts';
import type { SessionDocuments, StoredSession } from './session-documents.ts';
import { PAUSE_MS, type SessionRefresh } from './session-refresh.ts';

/** Another process that checks a session does it for this one as well: it is not waited for until Keycloak has answered it. */
const LOCK_WAIT_MS = 1_000;
/** By how much the clocks of two servers may differ, each of them as far from Keycloak's as it may be, in milliseconds. */
const SKEW_MS = 2 * CLOCK_TOLERANCE_SECONDS * 1_000;
const CAPACITY = 10_000;

export interface SessionCheckOptions {
  readonly documents: Pick<SessionDocuments, 'find'>;
  readonly refresh: SessionRefresh;
  /** `KEYCLOAK_CHECK_EVERY`, in milliseconds. */
  readonly everyMs: number;
  readonly log: Logger;
  readonly now: () => number;
}

/**
 * Asks Keycloak now and then whether the session of a user goes on, when it is used. That is done behind the requests, which
 * never wait for it: Keycloak's being down or slow neither ends nor delays anything.
 */
export class SessionCheck {
  readonly #options: SessionCheckOptions;
  /** When to look at a user's session again: milliseconds since the epoch. The last used are at the end. */
  readonly #nextLook = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: SessionCheckOptions) {
    this.#options = options;
  }

  /** Told that a session is used. Returns at once, and never throws. */
  used(githubUserId: string): void {
    const { everyMs, now, refresh } = this.#options;
    const time = now();
    const nextLook = this.#nextLook.get(githubUserId);
    // Further ahead than that is only what was written down before the clock was set back.
    if (nextLook !== undefined && time < nextLook && nextLook - time <= everyMs + PAUSE_MS) return;
    const { pausedUntil } = refresh;
    this.#lookAgainAt(githubUserId, Math.max(time + Math.min(everyMs, PAUSE_MS), pausedUntil));
    if (time < pausedUntil) return;
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
      const stored = await documents.find(githubUserId);
      if (stored !== undefined && this.#isDue(stored)) await this.#check(githubUserId);
      else this.#lookWhenDue(githubUserId, stored);
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

  async #check(githubUserId: string): Promise<void> {
    const { everyMs, refresh } = this.#options;
    const answer = await refresh.run(githubUserId, {
      isNeeded: (stored) => this.#isDue(stored),
      waitMs: LOCK_WAIT_MS,
    });
    if (answer.state === 'goes_on') this.#lookAgainAt(githubUserId, answer.checkedAt + everyMs);
  }

  /** By the store: another process may have checked it. */
  #isDue({ checkedAt, isUncheckable }: StoredSession): boolean {
    const age = this.#options.now() - checkedAt;
    // Further ahead than another server's clock may be: this one was set back.
    return !isUncheckable && (age >= this.#options.everyMs || age < -SKEW_MS);
  }

  /** Without a document the user signed in without Keycloak. */
  #lookWhenDue(githubUserId: string, stored: StoredSession | undefined): void {
    const { everyMs, now } = this.#options;
    const checkedAt = stored?.isUncheckable === false ? stored.checkedAt : now();
    this.#lookAgainAt(githubUserId, Math.min(checkedAt, now()) + everyMs);
  }
}
