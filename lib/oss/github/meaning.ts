/** What GitHub means by an answer that is no success. This is the one place that knows. */
import { type Refusal, refusalFrom } from './refusal.ts';
import { type AnswerHeaders, isUsedUp, rateLimitResetSeconds, retryAfterSeconds } from './retry-after.ts';

/** An answer of GitHub's, read within the bounds of time and size that its reader keeps. */
export interface GitHubAnswer {
  /**
   * Who answered. The same answer means another thing there. A 401 of the `api` (REST and GraphQL) is about the user's
   * token, and one of an `app-endpoint` about the App's credentials. One of the `token-endpoint` is about neither.
   */
  readonly of: 'api' | 'app-endpoint' | 'token-endpoint';
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** What was JSON, or a form, as an object; all else as text. */
  readonly body: unknown;
  /** `https://api.github.com`: whose addresses for single sign-on are passed on. */
  readonly origin?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type GitHubMeaning =
  /** A primary or a secondary rate limit. It says nothing about any token. */
  | { readonly kind: 'limit'; readonly retryAfterSeconds: number }
  /** The token is good, and may not do this. */
  | Refusal
  /** What was presented does not work, and never will again. */
  | { readonly kind: 'dead'; readonly what: 'access-token' | 'refresh-token' | 'code' }
  /** The App or this server is set up wrongly. */
  | { readonly kind: 'operator-error'; readonly reason: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'rejected' }
  /** Down, out of reach, slow, or nonsense. It says nothing about any token. */
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number | undefined };

/** GitHub's advice for a limit that does not say how long it lasts (its docs, "Rate limits for the REST API"). */
const LIMIT_SECONDS = 60;
/** How much of a text is looked at; GitHub's sentences come first. */
const LOOKED_AT = 4_096;

/**
 * The meaning of an answer.
 *
 * - limit: 429, and a 403 that says so in its headers or only in its body
 *   (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit)
 * - everything that no rule names is `unavailable`, so that it costs nobody their tokens.
 */
export function meaningOf(answer: GitHubAnswer): GitHubMeaning {
  const { of, status, headers, body } = answer;
  const text = textOf(body);
  if (status === 429 || (status === 403 && saysLimit(headers, text))) return limit(answer);
  if (of === 'token-endpoint') return meaningOfOAuthError(answer);
  if (status === 403) return refusalFrom(text, headers, answer.origin);
  if (!isGitHubsWord(answer)) return unavailable(answer);
  if (status === 401) {
    return of === 'api'
      ? { kind: 'dead', what: 'access-token' }
      : { kind: 'operator-error', reason: 'incorrect_client_credentials' };
  }
  if (status === 404) return { kind: 'not-found' };
  if (status === 422) return { kind: 'rejected' };
  return unavailable(answer);
}

/** An entry of `errors` in an answer of GraphQL, which comes with status 200. */
export interface GraphQLError {
  readonly type?: string | undefined;
  readonly message?: string | undefined;
}

/** The meaning of a GraphQL answer that holds errors and nothing else. The worst of them counts. */
export function meaningOfGraphQL(
  errors: readonly GraphQLError[],
  answer: Pick<GitHubAnswer, 'headers' | 'origin' | 'now'>,
): GitHubMeaning {
  const isOf = (...types: string[]) => errors.some(({ type }) => type !== undefined && types.includes(type));
  const text = errors.map(({ message = '' }) => message).join('\n');
  if (isOf('RATE_LIMITED', 'RATE_LIMIT') || LIMIT_WORDS.test(text)) return limit(answer);
  if (isOf('FORBIDDEN', 'INSUFFICIENT_SCOPES')) {
    const refusal = refusalFrom(text, answer.headers, answer.origin);
    return refusal.reason === 'unknown' && isOf('INSUFFICIENT_SCOPES')
      ? { kind: 'refusal', reason: 'missing-permission' }
      : refusal;
  }
  return unavailable(answer);
}

const LIMIT_WORDS = /\brate limit|abuse detection|too many requests/i;

function saysLimit(headers: AnswerHeaders, text: string): boolean {
  return headers['retry-after'] !== undefined || isUsedUp(headers) || LIMIT_WORDS.test(text);
}

function limit({ headers, now }: Pick<GitHubAnswer, 'headers' | 'now'>): GitHubMeaning {
  const seconds = retryAfterSeconds(headers, now) ?? rateLimitResetSeconds(headers, now) ?? LIMIT_SECONDS;
  return { kind: 'limit', retryAfterSeconds: seconds };
}

function unavailable({ headers, now }: Pick<GitHubAnswer, 'headers' | 'now'>): GitHubMeaning {
  return { kind: 'unavailable', retryAfterSeconds: retryAfterSeconds(headers, now) };
}

/**
 * The errors of the token endpoint come with status 200; none is taken for another on the word of the status.
 *
 * @see https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 */
function meaningOfOAuthError(answer: GitHubAnswer): GitHubMeaning {
  const code = isObject(answer.body) ? answer.body.error : undefined;
  switch (code) {
    case 'bad_refresh_token':
      return { kind: 'dead', what: 'refresh-token' };
    case 'bad_verification_code':
      return { kind: 'dead', what: 'code' };
    case 'unverified_user_email':
      return { kind: 'refusal', reason: 'unverified-email' };
    case 'incorrect_client_credentials':
    case 'redirect_uri_mismatch':
    case 'unsupported_grant_type':
    case 'application_suspended':
      return { kind: 'operator-error', reason: code };
    case 'Not Found':
      // GitHub knows no App of this client id.
      if (answer.status === 404) return { kind: 'operator-error', reason: 'unknown_client_id' };
  }
  return unavailable(answer);
}

/** What an answer says, in GitHub's words: with some limits it comes as a page. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, LOOKED_AT);
  if (!isObject(body)) return '';
  const { message, documentation_url: documentation } = body;
  return [message, documentation]
    .map((part) => (typeof part === 'string' ? part.slice(0, LOOKED_AT) : ''))
    .join('\n')
    .replaceAll('rate-limit', 'rate limit');
}

/**
 * Whether it is GitHub that says so: it speaks JSON. On the word of a proxy's page no token is dead, and nothing is
 * missing. At the App's endpoints an unknown token ends a revocation, so GitHub has to say it in so many words.
 */
function isGitHubsWord({ of, body }: GitHubAnswer): boolean {
  if (of === 'api') return typeof body !== 'string' || body.trim() === '';
  return isObject(body) && typeof body.message === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
