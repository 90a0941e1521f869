import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { nothingReadable } from './document-cipher.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isSamePair, type SignedIn } from './token-record.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Waits for holders that were taken over while they refreshed. Such a one may have used the refresh token that is in the
 * store, and be about to write the new pair. Until it has, GitHub calls the old one dead, and that says nothing about the
 * user. So nobody else may judge meanwhile: the lock is kept.
 */
export class FormerHolders {
  readonly #documents: TokenDocuments;
  readonly #longestRefreshMs: number;
  readonly #awaited = new Set<string>();
  readonly #ending = new AbortController();

  /** @param longestRefreshMs - how long one may still be at work, in milliseconds. */
  constructor(documents: TokenDocuments, longestRefreshMs: number) {
    this.#documents = documents;
    this.#longestRefreshMs = longestRefreshMs;
  }

  /** Whether one is waited for, so that nothing is known of this user's tokens. */
  isAwaited(githubUserId: string): boolean {
    return this.#awaited.has(githubUserId);
  }

  /**
   * Waits for as long as the former holder may be writing. While the store is away, nobody can; then the time begins anew.
   *
   * @returns whether it has come to nothing: the store has the pair `seen` as before. `false` when something else is there, or
   *   when this was ended.
   */
  async areSilent(githubUserId: string, seen: SignedIn): Promise<boolean> {
    this.#awaited.add(githubUserId);
    try {
      let until = performance.now() + this.#longestRefreshMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        if (this.#ending.signal.aborted) return false;
        try {
          const stored = await this.#documents.load(githubUserId).catch(nothingReadable);
          if (!isSamePair(stored, seen)) return false;
          if (performance.now() > until) return true;
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
