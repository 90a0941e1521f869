import { HttpError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';

/** What GitHub issues for a user of the App. Without `expiresAt` the App has expiry switched off: it never expires. */
export interface GithubTokens {
  readonly accessToken: Secret;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Works once: GitHub kills it, and the access token, when it is used. */
  readonly refreshToken?: Secret;
  /** Milliseconds since the epoch. */
  readonly refreshTokenExpiresAt?: number;
}

/**
 * The keeper of the signed-in users' tokens: the GithubTokenManager here; a Keycloak would be another. Users are
 * named by GitHub's numeric id in decimal, never by their login, which they can change.
 */
export interface GithubTokenProvider {
  /**
   * Keeps the tokens of a new sign-in, which outrank all before. Durable when it resolves.
   *
   * @throws BadVerificationCodeError when a sign-out that GitHub carried out late has ended this sign-in as well.
   */
  store(githubUserId: string, tokens: GithubTokens): Promise<void>;
  /**
   * Told that the session has begun for which the tokens were stored. A sign-out that has ended the sessions before may have
   * taken the tokens since, or have the grant given back; from now on it sees that session.
   *
   * @throws BadVerificationCodeError when it has taken them.
   */
  signedIn?(githubUserId: string, tokens: GithubTokens): Promise<void>;
  /**
   * A token that works, as far as can be known; refreshed when it must be.
   *
   * @param rejected - a token that GitHub has answered 401 to: if there is another one by now, it is not given again.
   * @throws SignedOutError when there is none, and only signing in again helps.
   * @throws GitHubUnavailableError when there is one that has to be refreshed, and GitHub cannot do it now.
   */
  token(githubUserId: string, rejected?: Secret): Promise<Secret>;
  /**
   * What to use instead of a token that GitHub has answered 401 to: what the store has by now, or else a refreshed one.
   *
   * @returns `undefined` when there is nothing better.
   * @throws as {@link GithubTokenProvider.token} does.
   */
  replacementFor(githubUserId: string, rejected: Secret): Promise<Secret | undefined>;
  /**
   * Signs the user out everywhere: deletes the tokens, and gives the grant back to GitHub, later if GitHub is down.
   * Durable when it resolves, and known to every process on the store within two seconds.
   *
   * @param isSignedInAgain - whether the user has signed in since their sessions were ended, whose tokens then stay. Asked
   *   while no other tokens can be stored. By default they have not.
   */
  revoke(githubUserId: string, isSignedInAgain?: () => Promise<boolean>): Promise<void>;
  /**
   * Deletes the tokens of a user who has revoked the grant at GitHub.
   *
   * @param isSignedInAgain - as of {@link GithubTokenProvider.revoke}.
   */
  forget(githubUserId: string, isSignedInAgain?: () => Promise<boolean>): Promise<void>;
  /** Ends timers, and resolves when what is under way has ended. */
  close(): Promise<void>;
}

/** The user has no tokens that could work: they never signed in, signed out, or GitHub has ended the grant. */
export class SignedOutError extends HttpError {
  constructor() {
    super(401, 'not_authenticated', 'User is not authenticated');
    this.name = 'SignedOutError';
  }
}
