/** What Keycloak's broker endpoint gives of GitHub's tokens, read by what it holds, not by its form. */
import { z } from 'zod';
import { parseBody } from '../../oss/github/bounded-fetch.ts';
import { tokensIn } from '../github/token-answer.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';

/** When the access token ends by Keycloak's clock, in seconds since the epoch. `expires_in` is what GitHub once said. */
const ends = z.object({ accessTokenExpiration: z.number().positive() });

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
  const body = isForm ? Object.fromEntries(new URLSearchParams(parsed)) : parsed;
  const found = tokensIn(body, now);
  if (found === undefined) return undefined;
  const tokens = withEnd(found, ends.safeParse(body).data?.accessTokenExpiration);
  return { tokens, isRefreshedByKeycloak: !isForm && tokens.refreshToken !== undefined };
}

function withEnd(tokens: GithubTokens, endsAt = Infinity): GithubTokens {
  const { expiresAt } = tokens;
  // Without a lifetime it never ends.
  return expiresAt === undefined ? tokens : { ...tokens, expiresAt: Math.min(expiresAt, endsAt * 1000) };
}
