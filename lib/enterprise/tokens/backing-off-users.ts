/**
 * How many users this process leaves alone for a while after a refresh that failed: to be counted, nothing else.
 *
 * A user who is left alone fails no second time before the pause is over, and succeeds no sooner. So it is pauses that
 * are counted, by the second in which they end, and a million users take no more memory than one.
 */
export class BackingOffUsers {
  readonly #now: () => number;
  /** Pauses by the second since the epoch in which they end; as many entries as the longest pause has seconds. */
  readonly #ending = new Map<number, number>();

  /** @param now - milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many there are. */
  get size(): number {
    this.#forgetEnded();
    return [...this.#ending.values()].reduce((sum, pauses) => sum + pauses, 0);
  }

  /** @param until - when the pause ends: milliseconds since the epoch. */
  add(until: number): void {
    this.#forgetEnded();
    const second = Math.ceil(until / 1000);
    this.#ending.set(second, (this.#ending.get(second) ?? 0) + 1);
  }

  #forgetEnded(): void {
    const now = this.#now();
    for (const second of this.#ending.keys()) if (second * 1000 <= now) this.#ending.delete(second);
  }
}
