import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Change } from './refresh-changes.ts';
import type { TokenDocuments } from './token-documents.ts';
import type { TokenRecord } from './token-record.ts';

const FIRST_PAUSE_MS = 100;
/** Others may be waiting for it, and answer their users with 503 until it is there. */
const LONGEST_PAUSE_MS = 1_000;

/**
 * What the store has now; or what it will have in the end, and why it cannot take it now. That rejects if this is closed
 * before.
 */
export type Saved =
  | { readonly stored: TokenRecord | undefined }
  | { readonly saving: Promise<TokenRecord | undefined>; readonly error: unknown };

/**
 * What the store could not take: it was away, or full. Records are seen here with it, and it is written as soon as that is
 * possible. Above all a rotated pair: GitHub will not give it a second time.
 */
export class PendingWrites {
  readonly #documents: TokenDocuments;
  readonly #log: Logger;
  /** By user, in the order in which they came. */
  readonly #changes = new Map<string, readonly Change[]>();
  readonly #ending = new AbortController();

  constructor(documents: TokenDocuments, log: Logger) {
    this.#documents = documents;
    this.#log = log;
  }

  /** Makes a change in the store; later, if it cannot take it now. */
  async save(githubUserId: string, change: Change): Promise<Saved> {
    try {
      return { stored: await this.#documents.change(githubUserId, change) };
    } catch (error) {
      this.#log.error(
        { err: error, github_user_id: githubUserId },
        'Tokens cannot be stored; they are kept in memory, and stored as soon as that is possible',
      );
      const saving = this.#keep(githubUserId, change);
      // It has told the log.
      saving.catch(() => undefined);
      return { saving, error };
    }
  }

  /** How many changes there are. */
  get size(): number {
    return [...this.#changes.values()].reduce((sum, changes) => sum + changes.length, 0);
  }

  /** What is true of a user of whom the store says `stored`. */
  overlay(githubUserId: string, stored: TokenRecord | undefined): TokenRecord | undefined {
    return this.#of(githubUserId).reduce((record, change) => change(record), stored);
  }

  /** Gives every change one last chance to be written, at once. */
  close(): void {
    this.#ending.abort();
  }

  async #keep(githubUserId: string, change: Change): Promise<TokenRecord | undefined> {
    this.#changes.set(githubUserId, [...this.#of(githubUserId), change]);
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        await delay(pause, undefined, { signal: this.#ending.signal }).catch(() => undefined);
        const isLast = this.#ending.signal.aborted;
        try {
          return await this.#documents.change(githubUserId, change);
        } catch (error) {
          const details = { err: error, github_user_id: githubUserId };
          if (isLast) {
            this.#log.fatal(details, 'Tokens are lost: they could not be stored before this process ended');
            throw error;
          }
          // The first few times; then the metric goes on saying so.
          if (pause < LONGEST_PAUSE_MS) this.#log.error(details, 'Tokens still cannot be stored');
        }
      }
    } finally {
      this.#discard(githubUserId, change);
    }
  }

  #of(githubUserId: string): readonly Change[] {
    return this.#changes.get(githubUserId) ?? [];
  }

  #discard(githubUserId: string, change: Change): void {
    const rest = this.#of(githubUserId).filter((other) => other !== change);
    if (rest.length > 0) this.#changes.set(githubUserId, rest);
    else this.#changes.delete(githubUserId);
  }
}
