import { availableParallelism } from 'node:os';

const MOST = 64;

/** What to say of a value that {@link workerCount} refuses. */
export const WORKERS_EXPECTED = `must be auto or a whole number from 1 to ${MOST}.`;

/**
 * How many workers a server is to have.
 *
 * @param value - a number, or `auto` for as many as there are cores for this process.
 * @returns undefined for anything else.
 */
export function workerCount(value: string): number | undefined {
  if (value === 'auto') return Math.min(availableParallelism(), MOST);
  const count = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  return count >= 1 && count <= MOST ? count : undefined;
}
