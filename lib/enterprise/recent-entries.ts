import { performance } from 'node:perf_hooks';

export interface RecentEntriesOptions {
  /** How many there are at most; 10,000 unless given. */
  readonly capacity?: number;
  /** After how long an entry may go, in milliseconds; never unless given. */
  readonly keepMs?: number;
  /** A clock, in milliseconds, that is never set back. */
  readonly now?: () => number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly since: number;
}

/**
 * A map of bounded size: what was set longest ago gives way. What is old goes with the next entry that is set, so that memory
 * is as large as the traffic of late, and not as that of the busiest day; until then it is still found.
 */
export class RecentEntries<Value> {
  readonly #capacity: number;
  readonly #keepMs: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor({
    capacity = 10_000,
    keepMs = Infinity,
    now = () => performance.now(),
  }: RecentEntriesOptions = {}) {
    this.#capacity = capacity;
    this.#keepMs = keepMs;
    this.#now = now;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: Value): void {
    const now = this.#now();
    // Deleting first puts it at the end.
    this.#entries.delete(key);
    this.#entries.set(key, { value, since: now });
    for (const [oldest, { since }] of this.#entries) {
      if (this.#entries.size <= this.#capacity && now - since <= this.#keepMs) break;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
