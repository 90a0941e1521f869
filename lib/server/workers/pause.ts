import { setTimeout as delay } from 'node:timers/promises';

const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * How long to wait before a worker is started again, in milliseconds.
 *
 * @param deaths - how often one has died soon after its start, in a row; the first time costs nobody a pause.
 */
export function pauseBefore(deaths: number): number {
  return deaths < 2 ? 0 : Math.min(SHORTEST_MS * 2 ** (deaths - 2), LONGEST_MS);
}

/** Pauses that can be cut short. */
export class Pause {
  #short = new AbortController();

  /** Resolves after so many milliseconds, or when it is cut short. */
  async wait(ms: number): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: this.#short.signal }).catch(() => undefined);
  }

  cutShort(): void {
    this.#short.abort();
    this.#short = new AbortController();
  }
}
