import { setTimeout as delay } from 'node:timers/promises';

const TICK_MS = 20;

/**
 * Counts the time in which this process had its turn. It runs the relays, so while others keep the machine from it, no server
 * can reach anything either. On a machine with room to spare, it goes as any clock does.
 */
export class FairClock {
  #elapsedMs = 0;
  readonly #ending = new AbortController();

  constructor() {
    void this.#run();
  }

  /** Milliseconds since it was made. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  end(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const began = performance.now();
      await delay(TICK_MS, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      // A timer is up to a millisecond late by itself.
      this.#elapsedMs += Math.min(performance.now() - began, TICK_MS + 1);
    }
  }
}
