/** The ways in which GitHub fails, as a client of this server is told about them. */
import type { ErrorCode } from '../error-codes.ts';
import { HttpError } from '../errors.ts';
import { type GitHubMeaning, meaningOf } from './meaning.ts';
import type { Refusal, RefusalReason } from './refusal.ts';
import type { AnswerHeaders } from './retry-after.ts';

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
  /** @param retryAfterSeconds - what the client is told to wait. */
  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super(429, 'github_rate_limited', 'GitHub does not take more requests for the moment. Try again later.', {
      ...options,
      headers: { 'Retry-After': String(retryAfterSeconds) },
    });
    this.name = 'GitHubRateLimitError';
  }
}

const NOT_PERMITTED = ['github_forbidden', 'GitHub does not permit this with your token.'] as const;

const MISSING_PERMISSION = [
  'github_missing_permission',
  'Your token lacks a permission for this. Add it to the token or the App at GitHub, then try again.',
] as const;

/** The code, and what a person can do. For the other reasons there is nothing more to say than {@link NOT_PERMITTED}. */
const REFUSALS: Readonly<Partial<Record<RefusalReason, readonly [code: ErrorCode, sentence: string]>>> = {
  'single-sign-on': [
    'github_sso_required',
    'Your organization asks for single sign-on. Authorize your token for it at GitHub, then try again.',
  ],
  'ip-allow-list': [
    'github_ip_not_allowed',
    'The IP allow list of your organization does not have the address of this server. Ask an owner to add it.',
  ],
  suspended: [
    'github_suspended',
    'This account, or the installation of the App, is suspended at GitHub. Ask an owner, or GitHub Support.',
  ],
  'missing-permission': MISSING_PERMISSION,
  'personal-token': MISSING_PERMISSION,
};

/** GitHub's 403 that is no rate limit: the token is good, and may not do this. */
export class GitHubForbiddenError extends HttpError {
  readonly reason: RefusalReason;

  constructor({ reason, singleSignOnUrl }: Omit<Refusal, 'kind'>, options?: ErrorOptions) {
    const [code, sentence] = REFUSALS[reason] ?? NOT_PERMITTED;
    const signInAt = singleSignOnUrl === undefined ? '' : ` Sign in at ${singleSignOnUrl}`;
    super(403, code, `${sentence}${signInAt}`, options);
    this.name = 'GitHubForbiddenError';
    this.reason = reason;
  }
}

/** GitHub is down, out of reach, slow, or answers nonsense. It says nothing about the token either. */
export class GitHubUnavailableError extends HttpError {
  /** @param retryAfterSeconds - what the client is told to wait; 10 unless GitHub said otherwise. */
  constructor(retryAfterSeconds = 10, options?: ErrorOptions) {
    super(503, 'github_unavailable', 'GitHub cannot be reached right now. Try again in a moment.', {
      ...options,
      headers: { 'Retry-After': String(retryAfterSeconds) },
    });
    this.name = 'GitHubUnavailableError';
  }
}

/** The client has left before GitHub had answered. Nobody reads this. */
export class ClientLeftError extends HttpError {
  constructor() {
    super(499, 'client_left', 'The client has left.');
    this.name = 'ClientLeftError';
  }
}

/** What is known of a request to GitHub that failed. */
export interface GitHubFailure {
  /** The status that GitHub answered with; `undefined` when no answer came, or none that can be read. */
  readonly status?: number | undefined;
  /** The headers of that answer, in lower case. */
  readonly headers?: AnswerHeaders | undefined;
  /** Its body, as `meaningOf` takes it. */
  readonly body?: unknown;
  /** Of the API: `https://api.github.com`. */
  readonly origin?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Goes into the log. It must hold no token and no body. */
  readonly cause: Error;
}

/** Turns a request to the API that failed into the error that a client is told about. */
export function classifyGitHubFailure({ status, headers = {}, cause, ...answer }: GitHubFailure): HttpError {
  if (status === undefined) return new GitHubUnavailableError(undefined, { cause });
  return errorOf(meaningOf({ of: 'api', body: undefined, ...answer, status, headers }), cause);
}

/** @param cause - Goes into the log. It must hold no token and no body. */
export function errorOf(meaning: GitHubMeaning, cause: Error): HttpError {
  switch (meaning.kind) {
    case 'dead':
      return new InvalidGitHubTokenError({ cause });
    case 'limit':
      return new GitHubRateLimitError(meaning.retryAfterSeconds, { cause });
    case 'refusal':
      return new GitHubForbiddenError(meaning, { cause });
    case 'not-found':
      return new HttpError(404, 'github_not_found', 'GitHub has no such thing, or hides it from you.', {
        cause,
      });
    case 'rejected':
      return new HttpError(422, 'github_rejected', 'GitHub cannot work with these parameters.', { cause });
    // Of the operator's errors there are none at the API, and none without an App: that edition knows them.
    case 'operator-error':
      return new GitHubUnavailableError(undefined, { cause });
    case 'unavailable':
      return new GitHubUnavailableError(meaning.retryAfterSeconds, { cause });
  }
}
