import { whenLate } from '../../time-limit.ts';

/**
 * Lets the callers of this process through one at a time per key, in the order they came. It stands in front of
 * every file that is written and every lock that other processes share.
 */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `task` when everyone who came for `key` before has left. */
  async runExclusive<T>(key: string, task: () => Promise<T>): Promise<T> {
    const { turn, leave } = this.#join(key);
    await turn;
    try {
      return await task();
    } finally {
      leave();
    }
  }

  /**
   * Waits for a turn, but not longer than `waitMs`.
   *
   * @returns The function that ends the turn, or `undefined` when the time was up first.
   */
  async acquire(key: string, waitMs: number): Promise<(() => void) | undefined> {
    const { turn, leave } = this.#join(key);
    const admitted = await new Promise<boolean>((resolve) => {
      const stop = whenLate(waitMs, () => resolve(false));
      void turn.then(() => resolve(true)).finally(stop);
    });
    if (admitted) return leave;
    // Our place in the row stays until the turn comes to it, and is then passed on at once.
    leave();
    return undefined;
  }

  /** Resolves when everyone who is in a row now has left. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  #join(key: string): { turn: Promise<void>; leave: () => void } {
    const turn = this.#tails.get(key) ?? Promise.resolve();
    let leave!: () => void;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const tail = turn
      .then(() => left)
      .then(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key);
      });
    this.#tails.set(key, tail);
    return { turn, leave };
  }
}
