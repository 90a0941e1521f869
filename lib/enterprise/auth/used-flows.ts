import { ownCopy } from '../../oss/own-copy.ts';
import type { SharedCache } from '../redis/shared-cache.ts';

/** More than can be finished within a flow's life at the default rate limit; the oldest give way. */
const MOST = 10_000;

/**
 * The flows that were finished not long ago. A flow's cookie is cleared when it is finished, but a program may send it
 * again; without this it could have GitHub asked about one invented code after the other. Known to this process, and
 * through the shared cache to all others; where there is none, each of them asks once at most.
 */
export class UsedFlows {
  readonly #now: () => number;
  readonly #shared: SharedCache | undefined;
  /** When each may be forgotten, by state; the first used comes first. */
  readonly #until = new Map<string, number>();

  /**
   * @param now - milliseconds since the epoch.
   * @param shared - where processes tell each other.
   */
  constructor(now: () => number, shared?: SharedCache) {
    this.#now = now;
    this.#shared = shared;
  }

  /**
   * Marks a flow as used.
   *
   * @param forMs - how long to remember it, in milliseconds; the same for all.
   * @returns whether this was its first use.
   */
  async use(state: string, forMs: number): Promise<boolean> {
    // Here at once: a second use may come while the cache is being asked about the first.
    if (!this.#remember(state, this.#now() + forMs)) return false;
    return (await this.#shared?.putIfAbsent(`used-flows/${state}`, '', forMs)) ?? true;
  }

  /** @returns whether it was not known yet. */
  #remember(state: string, until: number): boolean {
    const now = this.#now();
    for (const [used, end] of this.#until) {
      if (end > now && this.#until.size < MOST) break;
      this.#until.delete(used);
    }
    if (this.#until.has(state)) return false;
    this.#until.set(ownCopy(state), until);
    return true;
  }
}
