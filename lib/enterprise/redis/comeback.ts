import { performance } from 'node:perf_hooks';

const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 1_000;
/** How often in a row a Redis that was away has to answer well before it is used again. */
const PROOFS = 3;
/** Once it was used for so long, that it was away before counts no more. */
const STEADY_MS = 60_000;
const MOST_RELAPSES = 2;

/**
 * When to try again, and when to believe in what one gets: the one decision about a Redis that fails, whatever it fails by.
 *
 * One that is slow is neither there nor away. If each good answer brought it back, and each late one took it away, it would
 * come and go all the time, and some requests would wait in vain. So one failure is enough to leave it alone, and it takes
 * several good answers to come back, twice as many each time that it did not last.
 */
export class Comeback {
  readonly #now: () => number;
  #hasFailed = false;
  #attempts = 0;
  #relapses = 0;
  #usedSince: number | undefined;

  /** @param now - milliseconds of a clock that nobody sets. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many good answers in a row the next connection has to give. */
  get proofs(): number {
    return this.#hasFailed ? PROOFS * 2 ** this.#relapses : 1;
  }

  /** It is used from now on. */
  succeeded(): void {
    this.#usedSince = this.#now();
    this.#attempts = 0;
  }

  /** It was used, or tried, and is not used any more. */
  failed(): void {
    if (this.#usedSince !== undefined) {
      const isRelapse = this.#hasFailed && this.#now() - this.#usedSince < STEADY_MS;
      this.#relapses = isRelapse ? Math.min(this.#relapses + 1, MOST_RELAPSES) : 0;
      this.#usedSince = undefined;
    }
    this.#hasFailed = true;
  }

  /**
   * How long to wait before the next attempt, in milliseconds: not at all before the first, then longer each time. Up to
   * a half is left to chance, so that processes that have lost it together do not return together.
   */
  pause(): number {
    this.#attempts += 1;
    if (this.#attempts === 1) return 0;
    const pause = Math.min(SHORTEST_PAUSE_MS * 2 ** (this.#attempts - 2), LONGEST_PAUSE_MS);
    return pause * (0.5 + Math.random() / 2);
  }
}
