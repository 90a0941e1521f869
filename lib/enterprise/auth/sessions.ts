/** Ends all sessions of a user at once, without a record of each: for sign-out everywhere, and for revocations. */
import { randomBytes } from 'node:crypto';
import type { Document, DocumentStore } from '../../oss/storage/document-store.ts';
import { RecentEntries } from '../recent-entries.ts';
import type { SharedCache } from '../redis/shared-cache.ts';
import { userDocumentKey, userIdsWith } from '../storage/user-documents.ts';

/** What the document of a user's generation is called. */
const SESSIONS_DOCUMENT = 'sessions.json';

/** For how long processes believe each other about a generation. With `freshMs` on top, it stays under two seconds. */
const SHARED_MS = 800;
/** Longer than a process can be busy writing down what it has read before. */
const MARK_MS = 10_000;
/** Longer than a request takes that is told by {@link Sessions.hasEnded} what has come of its session meanwhile. */
const KEPT_MS = 600_000;
/** What is shared of a user whose sessions were ended. No generation looks like it. */
const ENDED = '';

export interface SessionsOptions {
  readonly documents: DocumentStore;
  readonly now: () => number;
  /** Spares the store the same question from several processes. */
  readonly shared?: SharedCache | undefined;
  /**
   * For how long a generation is believed without asking the store, in milliseconds. By default 1,000: what
   * another process has ended goes on here for a second at most.
   */
  readonly freshMs?: number;
  /** How many users are remembered; by default 10,000. */
  readonly capacity?: number;
}

/** How all sessions of a user are ended. */
export interface EndOptions {
  /** Whether the grant is given back as well, by who keeps the tokens, which the caller sees to. False unless given. */
  readonly withGrant?: boolean;
}

interface Remembered {
  readonly generation: string | undefined;
  readonly at: number;
}

/** A read of the store that is under way. */
interface Look {
  /** Whether the user's sessions were begun or ended since: then it may tell of the time before. */
  isOutdated: boolean;
}

/** What is asked about every request that has a genuine cookie. */
export interface SessionCheck {
  /** Whether the sessions of `generation` still go on. Rejects when the store cannot tell. */
  isActive(githubUserId: string, generation: string): Promise<boolean>;
}

/**
 * The sessions of a user share a *generation*, a random name in the user's document; a cookie of another generation
 * is refused. To end them all, the document is deleted, and the next sign-in begins a new generation. Unlike a
 * comparison of times, this holds when clocks differ or jump; and a lost document costs a sign-in, it revives nothing.
 */
export class Sessions implements SessionCheck {
  readonly #documents: DocumentStore;
  readonly #now: () => number;
  readonly #shared: SharedCache | undefined;
  readonly #freshMs: number;
  readonly #remembered: RecentEntries<Remembered>;
  /** By user, so that nobody has to look again because of somebody else; no more than there are requests under way. */
  readonly #looks = new Map<string, Set<Look>>();

  constructor({ documents, now, shared, freshMs = 1_000, capacity }: SessionsOptions) {
    this.#documents = documents;
    this.#now = now;
    this.#shared = shared;
    this.#freshMs = freshMs;
    this.#remembered = new RecentEntries({ keepMs: KEPT_MS, ...(capacity !== undefined && { capacity }) });
  }

  async isActive(githubUserId: string, generation: string): Promise<boolean> {
    if (this.#isFresh(this.#remembered.get(githubUserId), generation)) return true;
    // Not only when what is remembered is old: another process may have begun a new generation just now.
    for (;;) {
      const look = this.#startLook(githubUserId);
      try {
        const askedAt = this.#now();
        const stored = await this.#look(githubUserId, generation, askedAt);
        if (look.isOutdated) continue;
        this.#remember(githubUserId, stored, askedAt);
        return stored === generation;
      } finally {
        this.#endLook(githubUserId, look);
      }
    }
  }

  /** The generation for a cookie about to be issued: the one that goes on, or a new one. Durable when it resolves. */
  async begin(githubUserId: string): Promise<string> {
    const key = documentKey(githubUserId);
    return this.#documents.withLock(key, async () => {
      const stored = await this.#documents.read(key);
      let generation = generationIn(stored);
      if (generation === undefined) {
        generation = randomBytes(12).toString('base64url');
        await this.#documents.write(key, { generation, of_one_sign_in: true });
      } else if (stored?.of_one_sign_in === true) await this.#documents.write(key, { generation });
      this.#outdateLooks(githubUserId);
      this.#remember(githubUserId, generation);
      await this.#share(githubUserId, generation, SHARED_MS);
      return generation;
    });
  }

  /**
   * Ends what a sign-in has begun whose cookie no browser has got. Sessions of other sign-ins go on, those that have joined
   * the generation meanwhile, too. Durable when it resolves.
   *
   * @returns whether it was ended.
   */
  async abandon(githubUserId: string, generation: string): Promise<boolean> {
    const key = documentKey(githubUserId);
    return this.#documents.withLock(key, async () => {
      const stored = await this.#documents.read(key);
      if (generationIn(stored) !== generation || stored?.of_one_sign_in !== true) return false;
      await this.#end(githubUserId);
      return true;
    });
  }

  /** The GitHub ids of all users who may have sessions, in no promised order. */
  userIds(): AsyncIterable<string> {
    return userIdsWith(this.#documents, SESSIONS_DOCUMENT);
  }

  /** Whether the user may have sessions, as the store has it now. */
  async exist(githubUserId: string): Promise<boolean> {
    return (await this.#read(githubUserId)) !== undefined;
  }

  /**
   * Whether this process knows that the sessions of `generation` do not go on any more; at once, without asking anybody. For
   * the answer to a request that came while they did.
   */
  hasEnded(githubUserId: string, generation: string): boolean {
    const remembered = this.#remembered.get(githubUserId);
    return remembered !== undefined && remembered.generation !== generation;
  }

  /** Ends every session of the user: here at once, elsewhere within two seconds. Durable when it resolves. */
  async end(githubUserId: string, _options?: EndOptions): Promise<void> {
    await this.#documents.withLock(documentKey(githubUserId), () => this.#end(githubUserId));
  }

  /** Under the lock. */
  async #end(githubUserId: string): Promise<void> {
    await this.#documents.delete(documentKey(githubUserId));
    this.#outdateLooks(githubUserId);
    this.#remember(githubUserId, undefined);
    await this.#share(githubUserId, ENDED, MARK_MS);
  }

  #startLook(githubUserId: string): Look {
    const look = { isOutdated: false };
    const looks = this.#looks.get(githubUserId) ?? new Set();
    this.#looks.set(githubUserId, looks.add(look));
    return look;
  }

  #endLook(githubUserId: string, look: Look): void {
    const looks = this.#looks.get(githubUserId);
    looks?.delete(look);
    if (looks?.size === 0) this.#looks.delete(githubUserId);
  }

  #outdateLooks(githubUserId: string): void {
    for (const look of this.#looks.get(githubUserId) ?? []) look.isOutdated = true;
  }

  /**
   * The generation that goes on. What another process has shared is believed only if it is the expected one. So
   * losing it, or a mark of an end, costs nothing but a look at the store.
   */
  async #look(githubUserId: string, expected: string, askedAt: number): Promise<string | undefined> {
    const key = documentKey(githubUserId);
    if ((await this.#shared?.get(key)) === expected) return expected;
    const stored = await this.#read(githubUserId);
    // If the sessions were ended meanwhile, there is a mark, which stays.
    if (stored !== undefined) {
      const age = Math.max(this.#now() - askedAt, 0);
      await this.#shared?.putIfAbsent(key, stored, SHARED_MS - age);
    }
    return stored;
  }

  async #share(githubUserId: string, value: string, forMs: number): Promise<void> {
    await this.#shared?.put(documentKey(githubUserId), value, forMs);
  }

  async #read(githubUserId: string): Promise<string | undefined> {
    return generationIn(await this.#documents.read(documentKey(githubUserId)));
  }

  #isFresh(remembered: Remembered | undefined, generation: string): boolean {
    if (remembered?.generation !== generation) return false;
    const age = this.#now() - remembered.at;
    // Below zero: the clock was set back.
    return age >= 0 && age < this.#freshMs;
  }

  /** @param at - when it was true: before it was asked for, since the answer may have taken its time. */
  #remember(githubUserId: string, generation: string | undefined, at = this.#now()): void {
    this.#remembered.set(githubUserId, { generation, at });
  }
}

function generationIn(document: Document | undefined): string | undefined {
  const generation = document?.generation;
  return typeof generation === 'string' ? generation : undefined;
}

function documentKey(githubUserId: string): string {
  return userDocumentKey(githubUserId, SESSIONS_DOCUMENT);
}
