/** More than can be finished within a flow's life at the default rate limit; the oldest give way. */
const MOST = 10_000;

/**
 * The flows that were finished not long ago. A flow's cookie is cleared when it is finished, but a program may send it
 * again; without this it could have GitHub asked about one invented code after the other. In the memory of this process
 * only: every other one asks once at most.
 */
export class UsedFlows {
  readonly #now: () => number;
  /** When each may be forgotten, by state; the first used comes first. */
  readonly #until = new Map<string, number>();

  /** @param now - milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Marks a flow as used.
   *
   * @param forMs - how long to remember it, in milliseconds; the same for all.
   * @returns whether this was its first use.
   */
  use(state: string, forMs: number): boolean {
    const now = this.#now();
    for (const [used, until] of this.#until) {
      if (until > now && this.#until.size < MOST) break;
      this.#until.delete(used);
    }
    if (this.#until.has(state)) return false;
    this.#until.set(state, now + forMs);
    return true;
  }
}
