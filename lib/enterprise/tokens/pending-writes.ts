import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TokenDocuments } from './token-documents.ts';
import { mayReplace, type SignedIn, type TokenRecord } from './token-record.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

interface Unsaved {
  readonly from: SignedIn;
  readonly to: TokenRecord;
}

/**
 * Records that the store could not take: the disk was full, or the folder read-only. They are served from here, and
 * written as soon as the store takes them. Above all a rotated pair: GitHub will not give it a second time.
 */
export class PendingWrites {
  readonly #documents: TokenDocuments;
  readonly #log: Logger;
  readonly #records = new Map<string, Unsaved>();
  readonly #ending = new AbortController();

  constructor(documents: TokenDocuments, log: Logger) {
    this.#documents = documents;
    this.#log = log;
  }

  /**
   * Keeps `to`, which follows on `from`, and writes it again and again.
   *
   * @returns what the store has in the end: `to`, or what outranks it. After {@link PendingWrites.close} it may have
   *   neither; the log says so.
   */
  async keep(githubUserId: string, from: SignedIn, to: TokenRecord): Promise<TokenRecord | undefined> {
    const unsaved = { from, to };
    this.#records.set(githubUserId, unsaved);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await delay(pause, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      try {
        const stored = await this.#documents.replace(githubUserId, from, to);
        this.#discard(githubUserId, unsaved);
        return stored;
      } catch (error) {
        const details = { err: error, github_user_id: githubUserId };
        if (this.#ending.signal.aborted) {
          this.#log.fatal(details, 'Tokens are lost: they could not be stored before this process ended');
          return to;
        }
        this.#log.error(details, 'Tokens still cannot be stored');
      }
    }
  }

  get size(): number {
    return this.#records.size;
  }

  /** What is true of a user of whom the store says `stored`. */
  overlay(githubUserId: string, stored: TokenRecord | undefined): TokenRecord | undefined {
    const unsaved = this.#records.get(githubUserId);
    return unsaved !== undefined && mayReplace(stored, unsaved.from, unsaved.to) ? unsaved.to : stored;
  }

  /** Gives every record one last chance to be written, at once. */
  close(): void {
    this.#ending.abort();
  }

  #discard(githubUserId: string, unsaved: Unsaved): void {
    if (this.#records.get(githubUserId) === unsaved) this.#records.delete(githubUserId);
  }
}
