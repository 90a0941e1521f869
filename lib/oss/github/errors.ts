/** The ways in which GitHub fails, as a client of this server is told about them. */
import { HttpError } from '../errors.ts';

/** There is no token to call GitHub with. */
export class GitHubTokenRequiredError extends HttpError {
  constructor() {
    super(401, 'github_token_required', 'GitHub token required.');
    this.name = 'GitHubTokenRequiredError';
  }
}

/** GitHub answered 401: the token is unknown, expired or revoked. */
export class InvalidGitHubTokenError extends HttpError {
  constructor(options?: ErrorOptions) {
    // Spelt as the OpenHands client knows it.
    super(401, 'invalid_github_token', 'Invalid Github token', options);
    this.name = 'InvalidGitHubTokenError';
  }
}

/** GitHub's primary or secondary rate limit. It says nothing about the token, which stays good. */
export class GitHubRateLimitError extends HttpError {
  /** @param retryAfterSeconds - what the client is told to wait */
  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super(429, 'github_rate_limited', 'GitHub does not take more requests for the moment. Try again later.', {
      ...options,
      headers: { 'Retry-After': String(retryAfterSeconds) },
    });
    this.name = 'GitHubRateLimitError';
  }
}

/** GitHub's 403 that is no rate limit: the token is good, and may not do this. */
export class GitHubForbiddenError extends HttpError {
  constructor(options?: ErrorOptions) {
    super(403, 'github_forbidden', 'GitHub does not permit this with your token.', options);
    this.name = 'GitHubForbiddenError';
  }
}

/** GitHub is down, out of reach, slow, or answers nonsense. It says nothing about the token either. */
export class GitHubUnavailableError extends HttpError {
  /** @param retryAfterSeconds - what the client is told to wait; 10 unless GitHub said otherwise */
  constructor(retryAfterSeconds = 10, options?: ErrorOptions) {
    super(503, 'github_unavailable', 'GitHub cannot be reached right now. Try again in a moment.', {
      ...options,
      headers: { 'Retry-After': String(retryAfterSeconds) },
    });
    this.name = 'GitHubUnavailableError';
  }
}

/** What is known of a request to GitHub that failed. */
export interface GitHubFailure {
  /** The status that GitHub answered with; `undefined` when no answer came, or none that can be read. */
  readonly status?: number | undefined;
  /** The headers of that answer, in lower case. */
  readonly headers?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Goes into the log. It must hold no token and no body. */
  readonly cause: Error;
}

/**
 * Turns a failed request into the error that a client is told about. This is the one place that knows which of
 * GitHub's answers mean that a token is dead: only a 401.
 *
 * - 401 → {@link InvalidGitHubTokenError}
 * - 429, and a 403 with `retry-after` or with `x-ratelimit-remaining: 0` → {@link GitHubRateLimitError}
 *   (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit)
 * - any other 403, 404 or 422 → the same status, because it is about what was asked for, and not about GitHub's health
 * - everything else, and no answer at all → {@link GitHubUnavailableError}
 */
export function classifyGitHubFailure({ status, headers = {}, now, cause }: GitHubFailure): HttpError {
  if (status === 401) return new InvalidGitHubTokenError({ cause });
  if (status === 429 || (status === 403 && isRateLimit(headers))) {
    return new GitHubRateLimitError(rateLimitSeconds(headers, now), { cause });
  }
  if (status === 403) return new GitHubForbiddenError({ cause });
  if (status === 404) {
    return new HttpError(404, 'github_not_found', 'GitHub has no such thing, or hides it from you.', {
      cause,
    });
  }
  if (status === 422) {
    return new HttpError(422, 'github_rejected', 'GitHub cannot work with these parameters.', { cause });
  }
  return new GitHubUnavailableError(retryAfterSeconds(headers, now), { cause });
}

type Headers = NonNullable<GitHubFailure['headers']>;

function isRateLimit(headers: Headers): boolean {
  return headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0';
}

/** GitHub's advice for a limit without either header is to wait for a minute. */
function rateLimitSeconds(headers: Headers, now: number): number {
  return retryAfterSeconds(headers, now) ?? resetSeconds(headers, now) ?? 60;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(String(value))
    ? Number(value)
    : (Date.parse(String(value)) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(1, Math.ceil(seconds));
}

/** `x-ratelimit-reset` is a point in time, in seconds since the epoch. */
function resetSeconds(headers: Headers, now: number): number | undefined {
  if (String(headers['x-ratelimit-remaining']) !== '0') return undefined;
  const reset = Number(headers['x-ratelimit-reset']);
  return Number.isNaN(reset) ? undefined : Math.max(1, Math.ceil(reset - now / 1000));
}
