/**
 * GitHub's refusals to hand out tokens, by what they mean for the one who asked.
 *
 * @see https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 */
import { HttpError } from '../../oss/errors.ts';
import { GitHubUnavailableError } from '../../oss/github/errors.ts';

/** The code was used before, is too old, or is not of this flow: signing in again gives a new one. */
export class BadVerificationCodeError extends HttpError {
  /** @param provider - who has not accepted it. */
  constructor(provider = 'GitHub') {
    super(401, 'bad_verification_code', `${provider} did not accept this sign-in. Please sign in again.`);
    this.name = 'BadVerificationCodeError';
  }
}

/** GitHub signs in only users with a verified email address. */
export class UnverifiedEmailError extends HttpError {
  constructor() {
    super(
      401,
      'unverified_user_email',
      'GitHub asks you to verify your email address before you can sign in.',
    );
    this.name = 'UnverifiedEmailError';
  }
}

/** The refresh token presented was used before, has expired, or was revoked. Nothing but a new sign-in helps. */
export class BadRefreshTokenError extends HttpError {
  constructor() {
    super(401, 'bad_refresh_token', 'GitHub has ended this session. Please sign in again.');
    this.name = 'BadRefreshTokenError';
  }
}

/** The App or this server is set up wrongly. It says nothing about any token, and it is the operator who must act. */
export class AppMisconfiguredError extends HttpError {
  /** GitHub's word for what is wrong, such as `incorrect_client_credentials`. For the operator. */
  readonly reason: string;

  constructor(reason: string) {
    super(503, 'github_app_misconfigured', 'Sign-in with GitHub is not set up correctly on this server.', {
      headers: { 'Retry-After': '60' },
    });
    this.name = 'AppMisconfiguredError';
    this.reason = reason;
  }
}

/** The token endpoint is down, slow, limits us, or answers nonsense. It says nothing about any token. */
export class TokenEndpointUnavailableError extends GitHubUnavailableError {
  /** How long GitHub asked to be left alone, in milliseconds, if it did. That concerns the whole App, not one user. */
  readonly retryAfterMs: number | undefined;

  constructor(what: string, retryAfterMs?: number) {
    const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
    super(seconds, { cause: new Error(`GitHub's token endpoint ${what}.`) });
    this.name = 'TokenEndpointUnavailableError';
    this.retryAfterMs = retryAfterMs;
  }
}
