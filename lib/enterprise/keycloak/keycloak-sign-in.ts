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
import type { KeycloakSessions } from './keycloak-sessions.ts';
import type { LogoutQueue } from './logout-queue.ts';

/** For how long a sign-in may take from its code on, in milliseconds: with all that is waited for, far less. */
const LONGEST_SIGN_IN_MS = 600_000;

export interface KeycloakSignInOptions {
  readonly keycloak: KeycloakClient;
  readonly oauth: Pick<GitHubOAuthClient, 'revokeGrant'>;
  readonly sessions: Pick<KeycloakSessions, 'keep'>;
  readonly logouts: Pick<LogoutQueue, 'add' | 'giveBack'>;
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
    const { keycloak, oauth, sessions, logouts, log } = this.#options;
    const { session, accessToken } = await this.#asking(() =>
      keycloak.exchange(response, (refused) => logouts.giveBack(refused)),
    );
    const abandon = () => logouts.giveBack(session);
    const tokens = await this.#claim(session)
      .then(() => this.#asking(() => this.#tokensOf({ accessToken })))
      .catch(async (error: unknown) => {
        await abandon();
        throw error;
      });
    return {
      tokens,
      abandon,
      begin: (githubUserId, beginSession) => sessions.keep(githubUserId, session, beginSession),
      turnAway: async () => {
        await giveGrantBack(oauth, tokens.accessToken, log);
        await abandon();
      },
    };
  }

  /**
   * Sees to it that the session is ended if this process does not live to keep it. That also takes the place of an end that is
   * still to be carried out: Keycloak gives the sessions of one browser the same id, and an old end must not hit a new one.
   */
  async #claim(session: KeycloakSession): Promise<void> {
    const { logouts, now } = this.#options;
    await logouts.add({ ...session, notBefore: now() + LONGEST_SIGN_IN_MS });
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

  /** A grant that Keycloak does not know (any more) is nobody's fault: a fresh flow gets another one. */
  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    return this.#reporting(ask).catch((error: unknown) => {
      throw error instanceof InvalidGrantError ? new BadVerificationCodeError('Keycloak') : error;
    });
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
