import { ownCopy } from '../own-copy.ts';

/** Some megabytes. Who comes from more addresses than that has others counted anew, but locks nobody out. */
const CAPACITY = 20_000;

export interface WindowsOptions {
  readonly capacity?: number;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What is known of keys until their windows end, all of which are equally long. It is bounded, and needs no timer. */
export class Windows<T extends { readonly resetAt: number }> {
  /** How long a window is, in milliseconds. */
  lengthMs = 0;
  readonly #capacity: number;
  readonly #now: () => number;
  /** The first to end comes first, since all last equally long. */
  readonly #known = new Map<string, T>();

  constructor({ capacity = CAPACITY, now = Date.now }: WindowsOptions = {}) {
    this.#capacity = capacity;
    this.#now = now;
  }

  /** When a window ends that begins now, in milliseconds since the epoch. */
  get nextReset(): number {
    return this.#now() + this.lengthMs;
  }

  get(key: string): T | undefined {
    const known = this.#known.get(key);
    return known !== undefined && this.#isCurrent(known) ? known : undefined;
  }

  /** Begins a window. @returns what is known in it. */
  begin(key: string, known: T): T {
    this.#known.delete(key);
    for (const [oldest, other] of this.#known) {
      if (this.#isCurrent(other) && this.#known.size < this.#capacity) break;
      this.#known.delete(oldest);
    }
    this.#known.set(ownCopy(key), known);
    return known;
  }

  delete(key: string): void {
    this.#known.delete(key);
  }

  clear(): void {
    this.#known.clear();
  }

  get size(): number {
    return this.#known.size;
  }

  #isCurrent({ resetAt }: T): boolean {
    const left = resetAt - this.#now();
    // More than a whole window is left after the clock was set back.
    return left > 0 && left <= this.lengthMs;
  }
}
