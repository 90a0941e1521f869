import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { Windows, type WindowsOptions } from './rate-limit-windows.ts';

interface Count {
  totalHits: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

/** Counts for one limit in this process. Unlike `MemoryStore` of express-rate-limit, it is bounded, and needs no timer. */
export class RateLimitMemory implements Store {
  readonly localKeys = true;
  readonly #counts: Windows<Count>;

  constructor(options: WindowsOptions = {}) {
    this.#counts = new Windows(options);
  }

  init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.#counts.lengthMs = windowMs;
  }

  get(key: string): ClientRateLimitInfo | undefined {
    const count = this.#counts.get(key);
    return count && infoOf(count);
  }

  /** @param by - how many requests to count. */
  increment(key: string, by = 1): ClientRateLimitInfo {
    const count =
      this.#counts.get(key) ?? this.#counts.begin(key, { totalHits: 0, resetAt: this.#counts.nextReset });
    count.totalHits += by;
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
}

function infoOf({ totalHits, resetAt }: Count): ClientRateLimitInfo {
  return { totalHits, resetTime: new Date(resetAt) };
}
