/** What documents hold of a sign-in and of failures, in GitHub's words. */
import { z } from 'zod';
import { MASK, Secret } from '../../oss/secret.ts';
import type { RefreshFailure } from './backoff.ts';
import type { GithubTokens } from './github-token-provider.ts';
import type { SignedIn } from './token-record.ts';

/** An older server may have stored the mask that it had shown; that is no token. */
const token = z.string().refine((value) => value !== '' && value !== MASK);

const tokensSchema = z
  .object({
    access_token: token,
    expires_at: z.number().optional(),
    refresh_token: token.optional().catch(undefined),
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

/** Reads what {@link encodeSignIn} made. */
export const signInSchema = z
  .object({ sign_in_id: z.string(), obtained_at: z.number(), tokens: tokensSchema })
  .transform((json): SignedIn => ({
    state: 'signed_in',
    signInId: json.sign_in_id,
    obtainedAt: json.obtained_at,
    tokens: json.tokens,
  }));

/** The tokens in the clear, only ever to be encrypted. */
export function encodeSignIn({ signInId, obtainedAt, tokens }: SignedIn): z.input<typeof signInSchema> {
  return {
    sign_in_id: signInId,
    obtained_at: obtainedAt,
    tokens: {
      access_token: tokens.accessToken.reveal(),
      expires_at: tokens.expiresAt,
      refresh_token: tokens.refreshToken?.reveal(),
      refresh_token_expires_at: tokens.refreshTokenExpiresAt,
    },
  };
}

/** Reads what {@link encodeFailure} made. */
export const failureSchema = z
  .object({ count: z.number(), retry_at: z.number(), pause_ms: z.number() })
  .transform((json): RefreshFailure => ({
    count: json.count,
    retryAt: json.retry_at,
    pauseMs: json.pause_ms,
  }));

/** Not to be encrypted: it is no secret. */
export function encodeFailure(failure: RefreshFailure): z.input<typeof failureSchema> {
  return { count: failure.count, retry_at: failure.retryAt, pause_ms: failure.pauseMs };
}
