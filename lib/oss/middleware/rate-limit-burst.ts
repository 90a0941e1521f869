import type { RateLimit } from './rate-limit-grammar.ts';

/**
 * A browser that starts again loads all its tabs at once, and each makes half a dozen calls: 50 within a second are nobody's
 * flood. So limits for a shorter time are averages over this one, in milliseconds.
 */
const BURST_MS = 4_000;

/** A limit as it is counted: `20/second` lets 80 pass at once, and no more for the rest of four seconds. */
export function withBurst(limit: RateLimit): RateLimit {
  const windows = Math.max(1, Math.floor(BURST_MS / limit.windowMs));
  return { ...limit, limit: limit.limit * windows, windowMs: limit.windowMs * windows };
}
