/** Ends all sessions of a user at once, without a record of each: for sign-out everywhere, and for revocations. */
import { randomBytes } from 'node:crypto';

import type { DocumentStore } from '../../oss/storage/document-store.ts';

export interface SessionsOptions {
  readonly documents: DocumentStore;
  readonly now: () => number;
  /**
   * For how long a generation is believed without asking the store, in milliseconds. By default 1,000: what
   * another process has ended goes on here for a second at most.
   */
  readonly freshMs?: number;
  /** How many users are remembered; by default 10,000. */
  readonly capacity?: number;
}

interface Remembered {
  readonly generation: string | undefined;
  readonly at: number;
}

/**
 * The sessions of a user share a *generation*, a random name in the user's document; a cookie of another generation
 * is refused. To end them all, the document is deleted, and the next sign-in begins a new generation. Unlike a
 * comparison of times, this holds when clocks differ or jump; and a lost document costs a sign-in, it revives nothing.
 */
export class Sessions {
  readonly #documents: DocumentStore;
  readonly #now: () => number;
  readonly #freshMs: number;
  readonly #capacity: number;
  readonly #remembered = new Map<string, Remembered>();
  #changes = 0;

  constructor({ documents, now, freshMs = 1_000, capacity = 10_000 }: SessionsOptions) {
    this.#documents = documents;
    this.#now = now;
    this.#freshMs = freshMs;
    this.#capacity = capacity;
  }

  /** Whether the sessions of `generation` still go on. Rejects when the store cannot tell. */
  async goOn(githubUserId: string, generation: string): Promise<boolean> {
    if (this.#isFresh(this.#remembered.get(githubUserId), generation)) return true;
    // Not only when what is remembered is old: another process may have begun a new generation just now.
    const changes = this.#changes;
    const stored = await this.#read(githubUserId);
    // Sessions were begun or ended while the read was under way, so it may tell of the time before: look again.
    if (changes !== this.#changes) return this.goOn(githubUserId, generation);
    this.#remember(githubUserId, stored);
    return stored === generation;
  }

  /** The generation for a cookie about to be issued: the one that goes on, or a new one. Durable when it resolves. */
  async begin(githubUserId: string): Promise<string> {
    const key = documentKey(githubUserId);
    return this.#documents.withLock(key, async () => {
      let generation = await this.#read(githubUserId);
      if (generation === undefined) {
        generation = randomBytes(12).toString('base64url');
        await this.#documents.write(key, { generation });
      }
      this.#changes += 1;
      this.#remember(githubUserId, generation);
      return generation;
    });
  }

  /** Ends every session of the user: here at once, elsewhere within `freshMs`. Durable when it resolves. */
  async end(githubUserId: string): Promise<void> {
    const key = documentKey(githubUserId);
    await this.#documents.withLock(key, async () => {
      await this.#documents.delete(key);
      this.#changes += 1;
      this.#remember(githubUserId, undefined);
    });
  }

  async #read(githubUserId: string): Promise<string | undefined> {
    const generation = (await this.#documents.read(documentKey(githubUserId)))?.generation;
    return typeof generation === 'string' ? generation : undefined;
  }

  #isFresh(remembered: Remembered | undefined, generation: string): boolean {
    if (remembered?.generation !== generation) return false;
    const age = this.#now() - remembered.at;
    // Below zero: the clock was set back.
    return age >= 0 && age < this.#freshMs;
  }

  #remember(githubUserId: string, generation: string | undefined): void {
    this.#remembered.delete(githubUserId);
    this.#remembered.set(githubUserId, { generation, at: this.#now() });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > this.#capacity && oldest !== undefined) this.#remembered.delete(oldest);
  }
}

function documentKey(githubUserId: string): string {
  return `users/github/${githubUserId}/sessions.json`;
}
