/**
 * What processes tell each other to spare themselves work, and may lose at any time: a reader must be right
 * without it. Nothing here rejects.
 */
export interface SharedCache {
  /** What is kept under `key`; `undefined` when nothing is, or when that cannot be known now. */
  get(key: string): Promise<string | undefined>;
  /** How much longer `key` is kept, in milliseconds; 0 when nothing is, or when that cannot be known now. */
  timeLeft(key: string): Promise<number>;
  /** Keeps `value`, in the place of what was there, until `until` (milliseconds since the epoch). */
  put(key: string, value: string, until: number): Promise<void>;
  /**
   * Keeps `value` unless something is there.
   *
   * @returns whether nothing was there, as far as can be known now.
   */
  putIfAbsent(key: string, value: string, until: number): Promise<boolean>;
}
