/** So many requests in so long a window. */
export interface RateLimit {
  readonly limit: number;
  /** In milliseconds. */
  readonly windowMs: number;
  /** As people say it: `1 second`, `15 minutes`. */
  readonly per: string;
}

/** For messages about a value that {@link parseRateLimits} refuses. */
export const RATE_LIMIT_GRAMMAR =
  'off, or limits such as 20/second;600/minute (units: second, minute, hour, day)';

const UNITS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const LIMIT = /^(?<limit>[1-9]\d{0,8})\/(?<count>[1-9]\d{0,2})? ?(?<unit>second|minute|hour|day)s?$/;
/** Timers, which clear the counters, cannot wait longer (Node's `setInterval`). */
const LONGEST_WINDOW_MS = 2 ** 31 - 1;

/**
 * Reads `20/second;600/minute`, or `100/15 minutes`. `off` gives no limits at all.
 *
 * @returns undefined for anything else.
 */
export function parseRateLimits(value: string): readonly RateLimit[] | undefined {
  if (value.trim() === 'off') return [];
  const limits = value.split(';').map((part) => parseRateLimit(part.trim()));
  return limits.every((limit) => limit !== undefined) ? limits : undefined;
}

function parseRateLimit(value: string): RateLimit | undefined {
  const { limit, count = '1', unit } = LIMIT.exec(value)?.groups ?? {};
  if (limit === undefined || unit === undefined) return undefined;
  const windowMs = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (windowMs > LONGEST_WINDOW_MS) return undefined;
  return { limit: Number(limit), windowMs, per: `${count} ${unit}${count === '1' ? '' : 's'}` };
}
