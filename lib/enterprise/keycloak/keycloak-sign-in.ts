import type { Logger } from 'pino';
import { HttpError } from '../../oss/errors.ts';
import type {
  AuthorizationRequest,
  AuthorizationResponse,
  PendingSignIn,
  SignInProvider,
} from '../auth/sign-in-provider.ts';
import { BadVerificationCodeError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { giveGrantBack } from '../github/github-sign-in.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';
import type { BrokerForm } from './broker-form.ts';
import { readBrokerToken } from './broker-token.ts';
import { InvalidGrantError, KeycloakMisconfiguredError, KeycloakUnavailableError } from './errors.ts';
import type { KeycloakClient, KeycloakGrant, KeycloakSession } from './keycloak-client.ts';

export interface KeycloakSignInOptions {
  readonly keycloak: KeycloakClient;
  readonly oauth: Pick<GitHubOAuthClient, 'revokeGrant'>;
  /** Whether a session is kept already: a sign-in may join the one that an earlier one has begun, with its id. */
  readonly isKept: (session: KeycloakSession) => Promise<boolean>;
  /** Keeps Keycloak's session of a user who is let in. */
  readonly keep: (githubUserId: string, session: KeycloakSession) => Promise<void>;
  /** Shown the pairs, whose form depends on the realm. */
  readonly form: BrokerForm;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Signing in with Keycloak, which signs people in with GitHub and hands over the tokens that it has got from there. */
export class KeycloakSignIn implements SignInProvider {
  readonly callbackPath = '/oauth/keycloak/callback';
  readonly #options: KeycloakSignInOptions;

  constructor(options: KeycloakSignInOptions) {
    this.#options = options;
  }

  async authorizeUrl(request: AuthorizationRequest): Promise<string> {
    return this.#reporting(() => this.#options.keycloak.authorizeUrl(request));
  }

  /** A flow that is not this browser's is begun afresh, whatever has become of it. */
  refusal(error: unknown, isOfFlow: boolean): HttpError | 'denied' | undefined {
    if (!isOfFlow) return undefined;
    if (error === 'access_denied') return 'denied';
    if (error === 'temporarily_unavailable' || error === 'server_error')
      return new KeycloakUnavailableError('has ended a sign-in with an error of its own');
    return new HttpError(400, 'sign_in_failed', 'Keycloak did not complete the sign-in. Please try again.');
  }

  async exchange(response: AuthorizationResponse): Promise<PendingSignIn> {
    const { keycloak, oauth, keep, log } = this.#options;
    const { session, accessToken } = await this.#reporting(() => keycloak.exchange(response)).catch(
      (error: unknown) => {
        throw error instanceof InvalidGrantError ? new BadVerificationCodeError('Keycloak') : error;
      },
    );
    const abandon = () => this.#endSession(session);
    const tokens = await this.#reporting(() => this.#tokensOf({ accessToken })).catch(
      async (error: unknown) => {
        await abandon();
        throw error;
      },
    );
    return {
      tokens,
      abandon,
      begin: (githubUserId) => keep(githubUserId, session),
      turnAway: async () => {
        await giveGrantBack(oauth, tokens.accessToken, log);
        await abandon();
      },
    };
  }

  /** GitHub's pair, as Keycloak has got it. */
  async #tokensOf({ accessToken }: Pick<KeycloakGrant, 'accessToken'>): Promise<GithubTokens> {
    const { keycloak, form, now } = this.#options;
    const found = readBrokerToken(await keycloak.brokerToken(accessToken), now());
    if (found === undefined)
      throw new KeycloakUnavailableError('has no access token of GitHub for this user');
    form.seen(found);
    return found.tokens;
  }

  /** What is left at Keycloak otherwise is an offline session that nobody has a token of. */
  async #endSession(session: KeycloakSession): Promise<void> {
    const { keycloak, isKept } = this.#options;
    try {
      if (!(await isKept(session))) await keycloak.endSession(session.refreshToken);
    } catch (err) {
      this.#options.log.warn(
        { err },
        'The session of a sign-in that came to nothing could not be ended at Keycloak',
      );
    }
  }

  async #reporting<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (err) {
      if (err instanceof KeycloakMisconfiguredError)
        this.#options.log.error(
          { reason: err.reason },
          'Keycloak and this server do not fit: nobody can sign in',
        );
      throw err;
    }
  }
}
