import { randomUUID } from 'node:crypto';
import type { RefreshFailure } from './backoff.ts';
import type { GithubTokens } from './github-token-provider.ts';

/** A user with tokens. */
export interface SignedIn {
  readonly state: 'signed_in';
  /** Names the sign-in that the tokens come from. A refresh keeps it, and never overwrites another one. */
  readonly signInId: string;
  readonly tokens: GithubTokens;
  /** When GitHub issued them, by the clock of the process that got them: milliseconds since the epoch. */
  readonly obtainedAt: number;
  /** Refreshes that failed since then, for all processes to leave GitHub alone for a while. */
  readonly failure?: RefreshFailure;
  /** Names those who may use the refresh token at this moment, or have died of it; see `refresh-changes.ts`. */
  readonly attempts?: readonly string[];
}

/** A user whose grant GitHub has ended. What was usable is gone. */
export interface SignedOut {
  readonly state: 'signed_out';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The sign-in that has ended, if GitHub has called its refresh token dead. */
  readonly signInId?: string;
}

/** What is known of one user. */
export type TokenRecord = SignedIn | SignedOut;

/** The record of a new sign-in, which outranks every record before it. */
export function signedIn(tokens: GithubTokens, now: number): SignedIn {
  return { state: 'signed_in', signInId: randomUUID(), tokens, obtainedAt: now };
}

/** The record after GitHub has rotated the pair of `old`. */
export function rotated(old: SignedIn, issued: GithubTokens, now: number): SignedIn {
  const { refreshToken, refreshTokenExpiresAt } = old.tokens;
  // GitHub sends a new refresh token with every pair that expires. Should it not, the old one is all there is.
  const kept =
    issued.expiresAt === undefined || issued.refreshToken !== undefined || refreshToken === undefined
      ? {}
      : { refreshToken, ...(refreshTokenExpiresAt !== undefined && { refreshTokenExpiresAt }) };
  return { state: 'signed_in', signInId: old.signInId, tokens: { ...issued, ...kept }, obtainedAt: now };
}

/** Whether both hold the very same tokens of the same sign-in. */
export function isSamePair(one: TokenRecord | undefined, other: SignedIn): one is SignedIn {
  return (
    one?.state === 'signed_in' &&
    one.signInId === other.signInId &&
    one.tokens.accessToken.equals(other.tokens.accessToken)
  );
}

/** Whether the access token has expired by this clock. */
export function isExpired({ tokens: { expiresAt = Infinity } }: SignedIn, now: number): boolean {
  return now >= expiresAt;
}
