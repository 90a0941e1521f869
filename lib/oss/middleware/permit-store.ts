import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import type { FirstProcess } from '../first-process.ts';
import type { RateLimit } from './rate-limit-grammar.ts';
import { RateLimitMemory } from './rate-limit-memory.ts';
import { PERMITS, type PermitsGiven, type PermitsWanted } from './rate-limit-permits.ts';
import { Windows } from './rate-limit-windows.ts';

/** What this worker has of the permits for a key. */
interface Share {
  /** How many requests it may still let pass without asking. */
  left: number;
  /** How many all workers had been given when it asked last. */
  total: number;
  readonly resetAt: number;
}

/** Counts for one limit together with the other workers of this server; alone while the first process is gone or does not answer. */
export class PermitStore implements Store {
  /** Its keys are counted apart from those of another limit, as express-rate-limit has to know. */
  readonly localKeys = true;
  readonly #limit: RateLimit;
  readonly #name: string;
  readonly #first: Pick<FirstProcess, 'ask'>;
  readonly #shares = new Windows<Share>();
  readonly #alone = new RateLimitMemory();

  /** @param name - by which all workers know the limit. */
  constructor(limit: RateLimit, name: string, first: Pick<FirstProcess, 'ask'>) {
    this.#limit = limit;
    this.#name = name;
    this.#first = first;
    this.#shares.lengthMs = limit.windowMs;
    this.#alone.init(limit);
  }

  async get(key: string): Promise<ClientRateLimitInfo | undefined> {
    const share = this.#shares.get(key);
    if (share !== undefined && share.left > 0) return infoOf(share);
    const { total, resetAt } = await this.#ask(key, 0);
    return { totalHits: total, resetTime: new Date(resetAt) };
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    const share = this.#shares.get(key);
    if (share !== undefined && share.left > 0) {
      share.left -= 1;
      return infoOf(share);
    }
    // Nobody gets more in this window, so a flood asks for nothing.
    if (share !== undefined && share.total >= this.#limit.limit) return this.#refused(share.resetAt);
    try {
      return this.#take(key, await this.#ask(key, 1));
    } catch {
      return this.#alone.increment(key);
    }
  }

  decrement(key: string): void {
    const share = this.#shares.get(key);
    if (share !== undefined) share.left += 1;
  }

  resetKey(key: string): void {
    this.#shares.delete(key);
  }

  #take(key: string, { given, total, resetAt }: PermitsGiven): ClientRateLimitInfo {
    // Another request may have asked at the same time, and have been given enough for both.
    const share = this.#shares.get(key) ?? this.#shares.begin(key, { left: 0, total: 0, resetAt });
    share.total = Math.max(share.total, total);
    share.left += given;
    if (share.left === 0) return this.#refused(resetAt);
    share.left -= 1;
    return infoOf(share);
  }

  #refused(resetAt: number): ClientRateLimitInfo {
    return { totalHits: this.#limit.limit + 1, resetTime: new Date(resetAt) };
  }

  async #ask(key: string, wanted: number): Promise<PermitsGiven> {
    const { limit, windowMs } = this.#limit;
    const question: PermitsWanted = { name: this.#name, limit, windowMs, key, wanted };
    return (await this.#first.ask(PERMITS, question)) as PermitsGiven;
  }
}

function infoOf({ left, total, resetAt }: Share): ClientRateLimitInfo {
  return { totalHits: total - left, resetTime: new Date(resetAt) };
}
