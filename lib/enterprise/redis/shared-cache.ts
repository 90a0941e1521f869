/**
 * What processes tell each other to spare themselves work, and may lose at any time: a reader must be right
 * without it. Nothing here rejects. All times are lengths, in milliseconds, because clocks differ.
 */
export interface SharedCache {
  /** What is kept under `key`; `undefined` when nothing is, or when that cannot be known now. */
  get(key: string): Promise<string | undefined>;
  /** How much longer `key` is kept; 0 when nothing is, or when that cannot be known now. */
  timeLeft(key: string): Promise<number>;
  /** Keeps `value`, in the place of what was there, for `forMs` from now, and no longer. */
  put(key: string, value: string, forMs: number): Promise<void>;
  /**
   * Keeps `value` for `forMs` unless something is there.
   *
   * @returns whether nothing was there, as far as can be known now.
   */
  putIfAbsent(key: string, value: string, forMs: number): Promise<boolean>;
}
