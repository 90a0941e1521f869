import { RateLimitMemory } from './rate-limit-memory.ts';

/** The topic of a worker's question for permits. */
export const PERMITS = 'rate-limit-permits';

/** A worker wants to let requests pass. */
export interface PermitsWanted {
  /** Which limit: there may be several of the same size. */
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly key: string;
  /** For how many requests; 0 only asks. */
  readonly wanted: number;
}

/** What it gets. */
export interface PermitsGiven {
  /** How many requests it may let pass in this window; it may be more than it wants. */
  readonly given: number;
  /** How many all workers have been given in this window. */
  readonly total: number;
  /** When the window ends, in milliseconds since the epoch. */
  readonly resetAt: number;
}

/**
 * Gives permits to the workers of one server, so that together they let no more pass than one process would. A worker
 * gets some in advance, so that it need not ask for each request; the fewer are left, the fewer those are.
 */
export class Permits {
  readonly #workers: number;
  readonly #limits = new Map<string, RateLimitMemory>();

  constructor(workers: number) {
    this.#workers = workers;
  }

  give({ name, limit, windowMs, key, wanted }: PermitsWanted): PermitsGiven {
    const memory = this.#memoryOf(`${name}:${limit}/${windowMs}`, windowMs);
    const left = Math.max(0, limit - (memory.get(key)?.totalHits ?? 0));
    // What others have in advance when all are gone is lost to this one: in all, less than a quarter.
    const inAdvance = Math.ceil(left / (4 * this.#workers));
    const given = wanted === 0 ? 0 : Math.min(left, Math.max(wanted, inAdvance));
    const known = given > 0 ? memory.increment(key, given) : memory.get(key);
    return {
      given,
      total: known?.totalHits ?? 0,
      resetAt: known?.resetTime?.getTime() ?? Date.now() + windowMs,
    };
  }

  #memoryOf(limit: string, windowMs: number): RateLimitMemory {
    const known = this.#limits.get(limit);
    if (known !== undefined) return known;
    const memory = new RateLimitMemory();
    memory.init({ windowMs });
    this.#limits.set(limit, memory);
    return memory;
  }
}
