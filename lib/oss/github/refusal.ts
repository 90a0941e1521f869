/** GitHub's 403s that are no rate limit: why it refuses, and what a person can do about it. */
import type { AnswerHeaders } from './retry-after.ts';

export type RefusalReason =
  /** An organization wants its members to sign in with its own identity provider. */
  | 'single-sign-on'
  | 'ip-allow-list'
  | 'suspended'
  /** What was asked for is for tokens of a GitHub App, and this token is none. */
  | 'no-app'
  | 'personal-token'
  | 'missing-permission'
  | 'unverified-email'
  | 'unknown';

export interface Refusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  /** Where to sign in, if GitHub has said so. */
  readonly singleSignOnUrl?: string;
}

/** GitHub's words for its reasons. The first that fits counts. */
const WORDS: readonly (readonly [RegExp, RefusalReason])[] = [
  [/SAML enforcement|single sign-on/i, 'single-sign-on'],
  [/IP allow list/i, 'ip-allow-list'],
  [/suspended/i, 'suspended'],
  [/authorized to a GitHub App/i, 'no-app'],
  [/not accessible by personal access token/i, 'personal-token'],
  [/not accessible by|must have .*(rights|access)|required scopes|permission/i, 'missing-permission'],
];

/**
 * @param text - what GitHub says, in its own words
 * @param headers - of the answer; `x-github-sso` has the address to sign in at
 * @param origin - of the API, so that no address is passed on that leads elsewhere
 */
export function refusalFrom(text: string, headers: AnswerHeaders, origin: string | undefined): Refusal {
  const singleSignOnUrl = singleSignOnUrlIn(headers, origin);
  const isSingleSignOn = /^\s*required\b/.test(String(headers['x-github-sso'] ?? ''));
  const reason = isSingleSignOn
    ? 'single-sign-on'
    : (WORDS.find(([words]) => words.test(text))?.[1] ?? 'unknown');
  return { kind: 'refusal', reason, ...(singleSignOnUrl !== undefined && { singleSignOnUrl }) };
}

/**
 * `required; url=https://github.com/orgs/<organization>/sso?authorization_request=…`
 *
 * @see https://docs.github.com/rest/authentication/authenticating-to-the-rest-api#authenticating-with-a-personal-access-token
 */
function singleSignOnUrlIn(headers: AnswerHeaders, origin: string | undefined): string | undefined {
  const value = /\burl=([^\s;,]+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1];
  if (value === undefined || origin === undefined || !URL.canParse(value)) return undefined;
  const { href, hostname, protocol } = new URL(value);
  const api = new URL(origin);
  const isGitHubs = api.hostname === hostname || api.hostname === `api.${hostname}`;
  return isGitHubs && (protocol === 'https:' || protocol === api.protocol) ? href : undefined;
}
