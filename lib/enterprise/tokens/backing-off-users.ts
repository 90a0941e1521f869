/** The users whom this process leaves alone for a while after a refresh that failed: to be counted, nothing else. */
export class BackingOffUsers {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many there are. */
  get size(): number {
    const now = this.#now();
    for (const [githubUserId, until] of this.#until) if (until <= now) this.#until.delete(githubUserId);
    return this.#until.size;
  }

  /** @param until milliseconds since the epoch */
  add(githubUserId: string, until: number): void {
    this.#until.set(githubUserId, until);
  }

  delete(githubUserId: string): void {
    this.#until.delete(githubUserId);
  }
}
