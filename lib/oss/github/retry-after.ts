/** How long GitHub wants to be left alone, from the headers of an answer, within what can be meant. */

/** Of an answer, in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | number | undefined>>;

/** The longest pause that is believed: the window of GitHub's primary rate limit. */
const LONGEST_SECONDS = 3_600;

/**
 * `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3).
 *
 * @param now - milliseconds since the epoch
 * @returns whole seconds from 1 to 3,600; `undefined` when GitHub says nothing that can be read.
 */
export function retryAfterSeconds(headers: AnswerHeaders, now: number): number | undefined {
  const value = String(headers['retry-after'] ?? '').trim();
  if (/^\d+$/.test(value)) return bounded(Number(value));
  // Only a date begins with a weekday: `Date.parse` takes much else for one.
  return /^[a-z]{3}/i.test(value) ? bounded((Date.parse(value) - now) / 1000) : undefined;
}

/**
 * How long a primary rate limit lasts that is used up: `x-ratelimit-reset` is a point in time, in seconds since the epoch.
 *
 * @param now - milliseconds since the epoch
 * @returns whole seconds from 1 to 3,600; `undefined` when the limit is not used up, or its end cannot lie ahead.
 */
export function rateLimitResetSeconds(headers: AnswerHeaders, now: number): number | undefined {
  if (!isUsedUp(headers)) return undefined;
  const left = Number(headers['x-ratelimit-reset']) - now / 1000;
  // An end in the past says that the clocks differ, and nothing about the limit.
  return left > 0 ? bounded(left) : undefined;
}

/** Whether nothing remains of the primary rate limit. */
export function isUsedUp(headers: AnswerHeaders): boolean {
  return String(headers['x-ratelimit-remaining']) === '0';
}

function bounded(seconds: number): number | undefined {
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(1, Math.ceil(seconds)), LONGEST_SECONDS);
}
