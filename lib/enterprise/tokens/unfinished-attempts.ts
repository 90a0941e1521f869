import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { nothingReadable } from './document-cipher.ts';
import { isUnderWay } from './refresh-changes.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isSamePair, type SignedIn } from './token-record.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/**
 * Waits for the attempts of others at a pair that GitHub calls dead. One of them has used its refresh token, and may be about
 * to write the new pair. Until it has, nothing is known of the user.
 */
export class UnfinishedAttempts {
  readonly #documents: TokenDocuments;
  readonly #isOver: (attempt: string) => boolean;
  readonly #longestRefreshMs: number;
  readonly #awaited = new Set<string>();
  readonly #ending = new AbortController();

  /**
   * @param isOver - whether an attempt is known to have left nothing.
   * @param longestRefreshMs - how long one may still be at work, in milliseconds.
   */
  constructor(documents: TokenDocuments, isOver: (attempt: string) => boolean, longestRefreshMs: number) {
    this.#documents = documents;
    this.#isOver = isOver;
    this.#longestRefreshMs = longestRefreshMs;
  }

  /** Whether some are waited for, so that nothing is known of this user's tokens. */
  areAwaited(githubUserId: string): boolean {
    return this.#awaited.has(githubUserId);
  }

  /**
   * Waits until the attempts at the pair `dead` have ended, or could have. While the store is away, nobody can write; then the
   * time begins anew.
   *
   * @returns whether they have come to nothing. `false` when something else is there, or when this was ended.
   */
  async comeToNothing(githubUserId: string, dead: SignedIn): Promise<boolean> {
    this.#awaited.add(githubUserId);
    try {
      let until = performance.now() + this.#longestRefreshMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        if (this.#ending.signal.aborted) return false;
        try {
          const stored = await this.#documents.load(githubUserId).catch(nothingReadable);
          if (!isSamePair(stored, dead)) return false;
          // One that has begun later has been told the same.
          const left = (dead.attempts ?? []).filter((attempt) => isUnderWay(stored, attempt));
          if (left.every(this.#isOver) || performance.now() > until) return true;
        } catch {
          until = performance.now() + this.#longestRefreshMs;
        }
        await delay(pause, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      }
    } finally {
      this.#awaited.delete(githubUserId);
    }
  }

  /** Ends all waiting. */
  close(): void {
    this.#ending.abort();
  }
}
