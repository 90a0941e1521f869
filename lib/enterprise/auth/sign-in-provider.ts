import type { HttpError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';

/** What a browser is sent to the provider with. */
export interface AuthorizationRequest {
  /** RFC 6749, section 10.12. */
  readonly state: string;
  /** RFC 7636, section 4.1. */
  readonly codeVerifier: string;
  /** The absolute address of {@link SignInProvider.callbackPath}. */
  readonly redirectUri: string;
}

/** What the browser has come back with, to the very flow that it began. */
export interface AuthorizationResponse extends AuthorizationRequest {
  readonly code: Secret;
  /** `iss`, where the provider says who it is (RFC 9207). */
  readonly issuer?: string | undefined;
}

/** A sign-in of which it is not known yet whose it is, and whether they are let in. Nothing of it is stored yet. */
export interface PendingSignIn {
  readonly tokens: GithubTokens;
  /**
   * Keeps what the provider needs for the session, once the tokens are stored, and begins it: both or nothing. Durable when
   * it resolves.
   *
   * @param beginSession - begins it here.
   * @returns what that returns.
   */
  begin(githubUserId: string, beginSession: () => Promise<string>): Promise<string>;
  /** Gives everything back, since this user is not let in. Does not reject: they are turned away all the same. */
  turnAway(): Promise<void>;
  /**
   * Gives back what was made for this attempt alone, since it has failed. The grant at GitHub stays: an earlier sign-in
   * of the same user lives on it. Does not reject.
   */
  abandon(): Promise<void>;
}

/** Below which a browser signs in, whoever signs people in there. */
const SIGN_IN = '/oauth/github';

/** The prefixes of all paths that a browser signs in at: what holds for one holds for all. */
export function signInPaths({ callbackPath }: Pick<SignInProvider, 'callbackPath'>): readonly string[] {
  return callbackPath.startsWith(`${SIGN_IN}/`) ? [SIGN_IN] : [SIGN_IN, callbackPath];
}

/** Who signs people in: where a browser is sent to, where it comes back to, and what is made of what it brings. */
export interface SignInProvider {
  /** Where the provider sends the browser back to. */
  readonly callbackPath: `/oauth/${string}`;
  /** Where a browser goes to sign in. */
  authorizeUrl(request: AuthorizationRequest): Promise<string>;
  /**
   * What an `error` means that a browser has come back with instead of a code.
   *
   * @param error - from the query, so from anybody: it may be compared, and is never shown.
   * @param isOfFlow - whether this browser has begun the flow that it names.
   * @returns `denied` when the user has changed their mind; undefined to begin a fresh flow instead.
   */
  refusal(error: unknown, isOfFlow: boolean): HttpError | 'denied' | undefined;
  /**
   * Exchanges the code for the tokens.
   *
   * @throws BadVerificationCodeError when the code was used before, or too late.
   * @throws HttpError when the user or the operator has to act, or the provider cannot be reached.
   */
  exchange(response: AuthorizationResponse): Promise<PendingSignIn>;
}
