/** What `openhands-express tokens` shows of one user's tokens. There is no token in it. */
export interface TokenStatus {
  /**
   * `unreadable`: damaged, forged, or under a key that is not configured. `none`: only a revocation is left. `kept_elsewhere`:
   * another server has them, see {@link keeper}.
   */
  readonly state: 'signed_in' | 'signed_out' | 'unreadable' | 'none' | 'kept_elsewhere';
  /** Who keeps the tokens that are not kept here. */
  readonly keeper?: string;
  /** Why it is unreadable. */
  readonly problem?: string;
  /** The id of the key that the tokens are encrypted with. */
  readonly encryptionKey?: string;
  /** When GitHub issued the tokens. This and all times: milliseconds since the epoch. */
  readonly obtainedAt?: number;
  /** When the access token expires; it is refreshed before. Undefined when it never does. */
  readonly expiresAt?: number;
  /** When the refresh token expires, and the user has to sign in again. */
  readonly refreshTokenExpiresAt?: number;
  /** When GitHub ended the grant. */
  readonly signedOutAt?: number;
  /** How many refreshes have failed one after the other, and when the next one may be tried. */
  readonly refreshFailures?: { readonly count: number; readonly retryAt: number };
  /** Whether the grant is still to be given back to GitHub after a sign-out. */
  readonly revocation: 'none' | 'pending' | 'unreadable';
  /** Why a secret in the user's settings cannot be decrypted. */
  readonly settingsProblem?: string;
  /** Why other things that the edition keeps of the user cannot be decrypted. */
  readonly otherProblems?: readonly string[];
}

/**
 * What came of encrypting one user's tokens with the first key. `busy`: a server kept them locked for too long.
 * `unreadable`: see {@link TokenStatus}.
 */
export type TokenRotation = 'rewritten' | 'unchanged' | 'busy' | 'unreadable';

/** What an operator may see of, and do with, the tokens that an edition keeps: for `openhands-express tokens`. */
export interface TokenCustody {
  /** The GitHub ids of all users of whom something is kept, in no promised order. */
  userIds(): AsyncIterable<string>;
  /** @returns `undefined` when nothing is kept of this user. */
  status(githubUserId: string): Promise<TokenStatus | undefined>;
  /** Ends all sessions of the user, deletes the tokens, and gives the grant back to GitHub, later if GitHub is down. */
  revoke(githubUserId: string): Promise<void>;
  /** Encrypts what is kept of the user with the first key, if it is not already. Safe while servers run. */
  rotate(githubUserId: string): Promise<TokenRotation>;
}
