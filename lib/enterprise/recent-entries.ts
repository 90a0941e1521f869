/** A map of bounded size: what was set longest ago gives way. */
export class RecentEntries<Value> {
  readonly #capacity: number;
  readonly #entries = new Map<string, Value>();

  /** @param capacity - how many there are at most; 10,000 unless given. */
  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    // Deleting first puts it at the end.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
