/** How long to leave GitHub alone about one user after refreshes that failed; kept with the user's tokens. */

/** Refreshes of one pair of tokens that failed one after the other. */
export interface RefreshFailure {
  readonly count: number;
  /** Not to be tried before: milliseconds since the epoch. */
  readonly retryAt: number;
  /** How long that was from the last failure on, in milliseconds. */
  readonly pauseMs: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Longer than any pause that GitHub asks for. */
const LONGEST_ASKED_MS = 3_600_000;
/** By how much the clocks of two processes may differ. */
const LARGEST_SKEW_MS = 300_000;

/**
 * The failure after `previous`: pauses double, and are spread over their second half so that the users of one outage do
 * not come back together.
 *
 * @param retryAfterMs - at least this long, because GitHub said so.
 * @param random - from 0 to 1.
 */
export function nextFailure(
  previous: RefreshFailure | undefined,
  now: number,
  retryAfterMs = 0,
  random = Math.random(),
): RefreshFailure {
  const count = (previous?.count ?? 0) + 1;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS) * (0.5 + random / 2);
  const pauseMs = Math.max(pause, Math.min(retryAfterMs, LONGEST_ASKED_MS));
  return { count, retryAt: now + pauseMs, pauseMs };
}

/**
 * For how many more milliseconds GitHub is to be left alone; 0 when it may be asked. More than the whole pause is left
 * only after a clock was set back. Then it may be asked, or one failure could lock a user out for as long.
 */
export function backoffRemaining(failure: RefreshFailure | undefined, now: number): number {
  if (failure === undefined) return 0;
  const left = failure.retryAt - now;
  return left > 0 && left <= failure.pauseMs + LARGEST_SKEW_MS ? left : 0;
}
