import { performance } from 'node:perf_hooks';
import type { SignedIn, TokenRecord } from './token-record.ts';

interface Entry {
  readonly record: Promise<TokenRecord | undefined>;
  readonly since: number;
  /** The record itself, once it is there, for those who need not wait. */
  present?: SignedIn;
}

/**
 * The records that were needed in the last second, decrypted. What another process has written is seen within
 * `staleMs`; that somebody has no tokens is never remembered, because they may be signing in on another process now.
 */
export class TokenRecordCache {
  readonly #load: (githubUserId: string) => Promise<TokenRecord | undefined>;
  readonly #staleMs: number;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  constructor(
    load: (githubUserId: string) => Promise<TokenRecord | undefined>,
    staleMs: number,
    capacity: number,
  ) {
    this.#load = load;
    this.#staleMs = staleMs;
    this.#capacity = capacity;
  }

  /** The record if it is at hand and recent. */
  peek(githubUserId: string): SignedIn | undefined {
    const entry = this.#entries.get(githubUserId);
    return entry?.present !== undefined && this.#isRecent(entry) ? entry.present : undefined;
  }

  /** The record, from the store unless it is recent. Callers who come together share one reading. */
  async get(githubUserId: string): Promise<TokenRecord | undefined> {
    const known = this.#entries.get(githubUserId);
    if (known !== undefined && this.#isRecent(known)) return known.record;
    return this.reload(githubUserId);
  }

  /** The record as the store has it now. Callers who come while it is being read share that reading. */
  async reload(githubUserId: string): Promise<TokenRecord | undefined> {
    const known = this.#entries.get(githubUserId);
    if (known !== undefined && known.present === undefined) return known.record;
    const entry: Entry = { record: this.#load(githubUserId), since: performance.now() };
    this.#remember(githubUserId, entry);
    try {
      const record = await entry.record;
      if (record?.state === 'signed_in') entry.present = record;
      else this.#drop(githubUserId, entry);
      return record;
    } catch (error) {
      this.#drop(githubUserId, entry);
      throw error;
    }
  }

  /** What was remembered is not true any more. A reading that is under way may be from before, and is not kept. */
  forget(githubUserId: string): void {
    this.#entries.delete(githubUserId);
  }

  #isRecent(entry: Entry): boolean {
    return performance.now() - entry.since < this.#staleMs;
  }

  #remember(githubUserId: string, entry: Entry): void {
    // Deleting first puts it at the end: the first of a Map is then the one that was read longest ago.
    this.#entries.delete(githubUserId);
    this.#entries.set(githubUserId, entry);
    if (this.#entries.size <= this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }

  #drop(githubUserId: string, entry: Entry): void {
    if (this.#entries.get(githubUserId) === entry) this.#entries.delete(githubUserId);
  }
}
