/** How many processes of one server can tell their requests apart. A process takes the place of one that has ended long ago. */
const SEATS = 256;

/** So many requests of a millisecond have ids that say when they came; what is beyond borrows from the next ones. */
const PER_MS = 16;
const BEGINNING = Date.UTC(2026, 0, 1);

/** Ids from 1 on, of a process that shares its requests with no other one. */
export function countedIds(): () => number {
  let last = 0;
  return () => ++last;
}

/**
 * Ids that no other process of the server gives, which grow with time in all of them: requests are in the order of their ids,
 * whoever answered them. They stay below 2^53 until the year 2095.
 *
 * @param seat - a whole number that no other process of the server has at the same time, but for a multiple of 256.
 */
export function sharedIds(seat: number): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, (Date.now() - BEGINNING) * PER_MS);
    return last * SEATS + seatOf(seat);
  };
}

/** The seat of the process that gave an id. @param id - one of `sharedIds`, or a number of a process. */
export const seatOf = (id: number): number => id % SEATS;
