/** How long what was read is believed, and how much of it is remembered. */
export interface RecentReadsOptions<Read, Kept extends Read> {
  /** For how long after it was asked for; in milliseconds. */
  readonly staleMs: number;
  /** How many keys are remembered at most; 10,000 unless given. */
  readonly capacity?: number;
  /** A clock, in milliseconds. */
  readonly now: () => number;
  /** What is remembered; all else is asked for each time. */
  readonly isKept: (value: Read) => value is Kept;
}

interface Entry<Read, Kept> {
  readonly value: Promise<Read>;
  /** When it was asked for: it may be true of that moment only, since the answer may have taken its time. */
  readonly since: number;
  /** The value itself, once it is there, for those who need not wait. */
  present?: Kept;
}

/**
 * What was read of a store a moment ago, by its key. What another process has written is seen within `staleMs`, or as long
 * as a read takes; what this one has, at once, since who writes calls {@link forget} once it is written.
 *
 * What is old is let go of with the next read of anything, so that secrets are not in memory for longer than they are used.
 */
export class RecentReads<Read, Kept extends Read & object> {
  readonly #staleMs: number;
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #isKept: (value: Read) => value is Kept;
  /** The first was asked for longest ago. */
  readonly #entries = new Map<string, Entry<Read, Kept>>();

  constructor({ staleMs, capacity = 10_000, now, isKept }: RecentReadsOptions<Read, Kept>) {
    this.#staleMs = staleMs;
    this.#capacity = capacity;
    this.#now = now;
    this.#isKept = isKept;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value if it is at hand and recent. */
  peek(key: string): Kept | undefined {
    const entry = this.#entries.get(key);
    return entry?.present !== undefined && this.#isRecent(entry) ? entry.present : undefined;
  }

  /** The value, read unless it is recent. Callers who come together share one reading. */
  async get(key: string, read: () => Promise<Read>): Promise<Read> {
    const known = this.#entries.get(key);
    if (known !== undefined && this.#isRecent(known)) return known.value;
    return this.reload(key, read);
  }

  /** The value as the store has it now. Callers who come while it is being read share that reading. */
  async reload(key: string, read: () => Promise<Read>): Promise<Read> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.present === undefined) return known.value;
    const entry: Entry<Read, Kept> = { since: this.#now(), value: read() };
    this.#remember(key, entry);
    try {
      const value = await entry.value;
      if (this.#isKept(value)) entry.present = value;
      else this.#drop(key, entry);
      return value;
    } catch (error) {
      this.#drop(key, entry);
      throw error;
    }
  }

  /** What was remembered is not true any more. A reading that is under way may be from before, and is not kept. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  #isRecent({ since }: Entry<Read, Kept>): boolean {
    const age = this.#now() - since;
    // Below zero: the clock was set back.
    return age >= 0 && age < this.#staleMs;
  }

  #remember(key: string, entry: Entry<Read, Kept>): void {
    // Deleting first puts it at the end.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const [oldest, known] of this.#entries) {
      // One that is being read is shared by those who come.
      const isOver = known.present !== undefined && !this.#isRecent(known);
      if (!isOver && this.#entries.size <= this.#capacity) break;
      this.#entries.delete(oldest);
    }
  }

  #drop(key: string, entry: Entry<Read, Kept>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
