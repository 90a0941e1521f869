import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { ownCopy } from '../own-copy.ts';

/** Some megabytes. Who comes from more addresses than that has others counted anew, but locks nobody out. */
const CAPACITY = 20_000;

interface Count {
  totalHits: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

/** Counts for one limit in this process. Unlike `MemoryStore` of express-rate-limit, it is bounded, and needs no timer. */
export class RateLimitMemory implements Store {
  readonly localKeys = true;
  readonly #capacity: number;
  readonly #now: () => number;
  /** The first to end comes first, since all last equally long. */
  readonly #counts = new Map<string, Count>();
  #windowMs = 0;

  constructor({ capacity = CAPACITY, now = Date.now }: { capacity?: number; now?: () => number } = {}) {
    this.#capacity = capacity;
    this.#now = now;
  }

  init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.#windowMs = windowMs;
  }

  get(key: string): ClientRateLimitInfo | undefined {
    const count = this.#counts.get(key);
    return count !== undefined && this.#isCurrent(count) ? infoOf(count) : undefined;
  }

  increment(key: string): ClientRateLimitInfo {
    const known = this.#counts.get(key);
    const count = known !== undefined && this.#isCurrent(known) ? known : this.#begin(key);
    count.totalHits += 1;
    return infoOf(count);
  }

  decrement(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined && count.totalHits > 0) count.totalHits -= 1;
  }

  resetKey(key: string): void {
    this.#counts.delete(key);
  }

  resetAll(): void {
    this.#counts.clear();
  }

  /** How many keys are in memory. */
  get size(): number {
    return this.#counts.size;
  }

  #begin(key: string): Count {
    this.#counts.delete(key);
    for (const [oldest, count] of this.#counts) {
      if (this.#isCurrent(count) && this.#counts.size < this.#capacity) break;
      this.#counts.delete(oldest);
    }
    const count = { totalHits: 0, resetAt: this.#now() + this.#windowMs };
    this.#counts.set(ownCopy(key), count);
    return count;
  }

  #isCurrent({ resetAt }: Count): boolean {
    const left = resetAt - this.#now();
    // More than a whole window is left after the clock was set back.
    return left > 0 && left <= this.#windowMs;
  }
}

function infoOf({ totalHits, resetAt }: Count): ClientRateLimitInfo {
  return { totalHits, resetTime: new Date(resetAt) };
}
