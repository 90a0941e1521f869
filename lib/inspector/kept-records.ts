/** How much is kept; whichever is reached first counts. */
export interface KeepLimits {
  /** How many records. */
  readonly keep: number;
  /** How much of them, in bytes of JSON. */
  readonly keepBytes: number;
}

/**
 * The records of the last requests that are over, the oldest first. They are kept as the JSON that is sent: that has a
 * size, and is a third of what the objects would take.
 */
export class KeptRecords {
  readonly #limits: KeepLimits;
  readonly #records = new Map<number, string>();
  #bytes = 0;

  constructor(limits: KeepLimits) {
    this.#limits = limits;
  }

  /**
   * Keeps a record, or a newer state of one that is kept.
   *
   * @param json - the record.
   * @returns the ids of those that had to go for it.
   */
  put(id: number, json: string): number[] {
    this.#bytes += Buffer.byteLength(json) - this.#sizeOf(id);
    this.#records.set(id, json);
    const gone: number[] = [];
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= this.#limits.keep && this.#bytes <= this.#limits.keepBytes) break;
      this.delete(oldest);
      gone.push(oldest);
    }
    return gone;
  }

  delete(id: number): void {
    this.#bytes -= this.#sizeOf(id);
    this.#records.delete(id);
  }

  has(id: number): boolean {
    return this.#records.has(id);
  }

  /** The JSON of a record; undefined when it is not, or no longer, kept. */
  get(id: number): string | undefined {
    return this.#records.get(id);
  }

  ids(): Iterable<number> {
    return this.#records.keys();
  }

  #sizeOf(id: number): number {
    return Buffer.byteLength(this.#records.get(id) ?? '');
  }
}
