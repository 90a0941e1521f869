import { performance } from 'node:perf_hooks';

/** Far more than there are locks to wait for; those that nobody came back for must not pile up. */
const MOST_SIGHTINGS = 10_000;

interface Sighting {
  readonly state: string;
  /** For how long it has been the same while we looked, in milliseconds. */
  unchangedMs: number;
  last: number;
}

/**
 * What was seen of locks that others hold, to tell a holder that died from one that lives.
 *
 * Only our own monotonic clock counts, and only while we could look: of a time without a look, nobody knows whether the
 * store was there for the holder either. So it counts as one heartbeat, however long it was.
 */
export class LockSightings {
  readonly #leaseMs: number;
  readonly #beatEveryMs: number;
  readonly #seen = new Map<string, Sighting>();

  /**
   * @param leaseMs - for how long a holder may be silent, in milliseconds.
   * @param beatEveryMs - how often one that lives shows it, in milliseconds.
   */
  constructor(leaseMs: number, beatEveryMs: number) {
    this.#leaseMs = leaseMs;
    this.#beatEveryMs = beatEveryMs;
  }

  /** Takes note of what a lock looks like now. @returns whether it has looked the same for a whole lease. */
  isDead(lock: string, state: string): boolean {
    const now = performance.now();
    const seen = this.#seen.get(lock);
    if (seen?.state === state) {
      seen.unchangedMs += Math.min(now - seen.last, this.#beatEveryMs);
      seen.last = now;
      return seen.unchangedMs > this.#leaseMs;
    }
    if (this.#seen.size >= MOST_SIGHTINGS) this.#seen.clear();
    this.#seen.set(lock, { state, unchangedMs: 0, last: now });
    return false;
  }

  /** A lock that is ours now tells nothing of its holder before. */
  forget(lock: string): void {
    this.#seen.delete(lock);
  }
}
