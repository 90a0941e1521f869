/** Tokens as JSON, in GitHub's words; only ever to be encrypted. */
import { z } from 'zod';

import { Secret } from '../../oss/secret.ts';
import type { GithubTokens } from './github-token-provider.ts';

/** Reads what {@link encodeTokens} made. */
export const tokensSchema = z
  .object({
    access_token: z.string(),
    expires_at: z.number().optional(),
    refresh_token: z.string().optional(),
    refresh_token_expires_at: z.number().optional(),
  })
  .transform((json): GithubTokens => ({
    accessToken: new Secret(json.access_token),
    ...(json.expires_at !== undefined && { expiresAt: json.expires_at }),
    ...(json.refresh_token !== undefined && { refreshToken: new Secret(json.refresh_token) }),
    ...(json.refresh_token_expires_at !== undefined && {
      refreshTokenExpiresAt: json.refresh_token_expires_at,
    }),
  }));

export function encodeTokens(tokens: GithubTokens): z.input<typeof tokensSchema> {
  return {
    access_token: tokens.accessToken.reveal(),
    expires_at: tokens.expiresAt,
    refresh_token: tokens.refreshToken?.reveal(),
    refresh_token_expires_at: tokens.refreshTokenExpiresAt,
  };
}
