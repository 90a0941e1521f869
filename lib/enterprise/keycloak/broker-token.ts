/** What Keycloak's broker endpoint gives of GitHub's tokens, read by what it holds, not by its form. */
import { parseBody } from '../../oss/github/bounded-fetch.ts';
import { tokensIn } from '../github/token-answer.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';

export interface BrokerToken {
  readonly tokens: GithubTokens;
  /**
   * Whether Keycloak keeps the pair in the form that it refreshes by itself, which is JSON. A pair with two keepers is
   * lost: whoever refreshes second is refused for good.
   */
  readonly isRefreshedByKeycloak: boolean;
}

/**
 * Reads a body that calls itself JSON, and is a form string unless the identity provider stores JSON. A later sign-in can
 * change that.
 *
 * @param now - milliseconds since the epoch
 * @returns undefined when there is no access token in it: Keycloak also stores GitHub's errors in the place of the pair.
 */
export function readBrokerToken(text: string, now: number): BrokerToken | undefined {
  const parsed = parseBody(text.trim());
  const isForm = typeof parsed === 'string';
  const tokens = tokensIn(isForm ? Object.fromEntries(new URLSearchParams(parsed)) : parsed, now);
  if (tokens === undefined) return undefined;
  return { tokens, isRefreshedByKeycloak: !isForm && tokens.refreshToken !== undefined };
}
