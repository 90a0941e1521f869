import { performance } from 'node:perf_hooks';
import type { PostgresDatabase } from './postgres-database.ts';

const GIVE_BACK = `
  DELETE FROM openhands_locks USING unnest($1::text[], $2::bigint[]) AS left_over (key, turn)
  WHERE openhands_locks.key = left_over.key AND openhands_locks.instance = $3
    AND openhands_locks.turn <= left_over.turn`;

/**
 * Locks that may be this process's though nobody in it holds them, because a statement that takes or gives back was not
 * answered. Others would wait for a whole lease before they took them over; so they are given back as soon as it is possible.
 */
export class LeftOverLocks {
  readonly #database: PostgresDatabase;
  readonly #instance: string;
  readonly #leaseMs: number;
  readonly #locks = new Map<string, { readonly turn: number; readonly since: number }>();

  constructor(database: PostgresDatabase, instance: string, leaseMs: number) {
    this.#database = database;
    this.#instance = instance;
    this.#leaseMs = leaseMs;
  }

  /** How many there may be. */
  get size(): number {
    return this.#locks.size;
  }

  /** @param turn - up to which one it may be left over: those behind it are of somebody here who holds it. */
  add(key: string, turn: number): void {
    this.#locks.set(key, { turn, since: performance.now() });
  }

  /**
   * Tries it for a whole lease: what was sent may be held up on its way, and come in late.
   *
   * @throws StorageError
   */
  async giveBack(): Promise<void> {
    if (this.size === 0) return;
    const began = performance.now();
    const locks = [...this.#locks];
    const turns = locks.map(([, { turn }]) => String(turn));
    await this.#database.query(GIVE_BACK, [locks.map(([key]) => key), turns, this.#instance]);
    for (const [key, lock] of locks)
      if (began - lock.since > this.#leaseMs && this.#locks.get(key) === lock) this.#locks.delete(key);
  }
}
