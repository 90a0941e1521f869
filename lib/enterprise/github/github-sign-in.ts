import type { Logger } from 'pino';
import { HttpError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import { SeldomLog } from '../../oss/seldom-log.ts';
import { codeChallenge } from '../auth/code-challenge.ts';
import type {
  AuthorizationRequest,
  AuthorizationResponse,
  PendingSignIn,
  SignInProvider,
} from '../auth/sign-in-provider.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';
import { AppMisconfiguredError } from './errors.ts';
import type { GitHubOAuthClient } from './github-oauth-client.ts';

/** What GitHub says, instead of a code, that the operator has to mend; from GitHub's docs on authorization errors. */
const OPERATOR_ERRORS = ['redirect_uri_mismatch', 'application_suspended', 'incorrect_client_credentials'];

/** Signing in with GitHub: the web flow of a GitHub App. */
export class GitHubSignIn implements SignInProvider {
  readonly callbackPath = '/oauth/github/callback';
  readonly #oauth: Pick<GitHubOAuthClient, 'authorizeUrl' | 'exchange' | 'revokeGrant'>;
  readonly #log: Logger;
  readonly #seldom: SeldomLog;

  constructor(oauth: Pick<GitHubOAuthClient, 'authorizeUrl' | 'exchange' | 'revokeGrant'>, log: Logger) {
    this.#oauth = oauth;
    this.#log = log;
    this.#seldom = new SeldomLog(log);
  }

  authorizeUrl({ state, codeVerifier, redirectUri }: AuthorizationRequest): Promise<string> {
    const url = this.#oauth.authorizeUrl({ state, codeChallenge: codeChallenge(codeVerifier), redirectUri });
    return Promise.resolve(url);
  }

  refusal(error: unknown): HttpError | 'denied' {
    if (error === 'access_denied') return 'denied';
    const reason = OPERATOR_ERRORS.find((it) => it === error);
    if (reason !== undefined) {
      this.#seldom.error(
        { reason },
        'GitHub refuses sign-ins: the settings of the GitHub App and of this server differ',
      );
      return new AppMisconfiguredError(reason);
    }
    return new HttpError(400, 'sign_in_failed', 'GitHub did not complete the sign-in. Please try again.');
  }

  async exchange({ code, codeVerifier, redirectUri }: AuthorizationResponse): Promise<PendingSignIn> {
    const tokens = await this.#tokensFor({ code, codeVerifier, redirectUri });
    return {
      tokens,
      // Besides the tokens there is nothing to keep, or to give back.
      begin: (_githubUserId, beginSession) => beginSession(),
      abandon: () => Promise.resolve(),
      turnAway: () => giveGrantBack(this.#oauth, tokens.accessToken, this.#log),
    };
  }

  async #tokensFor(grant: Parameters<GitHubOAuthClient['exchange']>[0]): Promise<GithubTokens> {
    try {
      return await this.#oauth.exchange(grant);
    } catch (err) {
      if (err instanceof AppMisconfiguredError) {
        const { reason } = err;
        this.#seldom.error({ reason }, 'GitHub refuses this server as its GitHub App: nobody can sign in');
      }
      throw err;
    }
  }
}

/** Gives the grant of a user back who is turned away: they are, even if GitHub cannot take it. */
export async function giveGrantBack(
  oauth: Pick<GitHubOAuthClient, 'revokeGrant'>,
  accessToken: Secret,
  log: Logger,
): Promise<void> {
  try {
    await oauth.revokeGrant(accessToken);
  } catch (err) {
    // What is left is a grant that nobody holds a token for.
    log.warn({ err }, 'The grant of a user who was turned away could not be given back to GitHub');
  }
}
