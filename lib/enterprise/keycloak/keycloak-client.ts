import { createHash } from 'node:crypto';
import type * as OpenId from 'openid-client';
import { ConfigurationError } from '../../oss/errors.ts';
import { loadedOnce } from '../../oss/loaded-once.ts';
import { Secret } from '../../oss/secret.ts';
import { codeChallenge } from '../auth/code-challenge.ts';
import type { AuthorizationRequest, AuthorizationResponse } from '../auth/sign-in-provider.ts';
import type { KeycloakEnvironment } from './environment.ts';
import { InvalidGrantError, KeycloakMisconfiguredError, KeycloakUnavailableError } from './errors.ts';
import { keycloakFetch, type KeycloakFetchOptions } from './keycloak-fetch.ts';
import { type OfflineSession, offlineSessionIn } from './offline-session.ts';
import { discoveryFailureOf, exchangeFailureOf, failureOf } from './openid-failure.ts';

/** The session that Keycloak keeps for one sign-in, as an offline session of this server's client. */
export interface KeycloakSession extends OfflineSession {
  /** When it began by Keycloak's clock, in seconds since the epoch. */
  readonly beganAt: number;
}

/** What a code is exchanged for. */
export interface KeycloakGrant {
  readonly session: KeycloakSession;
  readonly accessToken: Secret;
}

/** What a refresh token is exchanged for. */
export interface KeycloakTokens {
  /** The one to use the next time; the old one unless the realm revokes refresh tokens. */
  readonly refreshToken: Secret;
  readonly accessToken: Secret;
}

export interface KeycloakClientOptions {
  readonly environment: KeycloakEnvironment;
  /** Milliseconds that Keycloak has for an answer. */
  readonly timeoutMs: number;
  /** Told of each answer. */
  readonly onAnswer?: KeycloakFetchOptions['onAnswer'];
}

/** By how much Keycloak's clock and ours may differ, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 150;
/** Keycloak's words for a user of whom the identity provider knows nothing. */
const NOT_LINKED = /is not associated with identity provider/i;
/** Who asks whether this server is ready does not wait for long, in milliseconds. */
const CHECK_MS = 1_000;

/** What this server asks of Keycloak: all of OpenID Connect by `openid-client`, and the broker's token. Keeps no token. */
export class KeycloakClient {
  readonly #environment: KeycloakEnvironment;
  /** `KEYCLOAK_SERVER_URL_EXT`, or else `KEYCLOAK_SERVER_URL`. */
  readonly #externalUrl: string;
  readonly #fetch: OpenId.CustomFetch;
  readonly #quickFetch: OpenId.CustomFetch;
  #metadata: Promise<OpenId.ServerMetadata> | undefined;

  constructor({ environment, timeoutMs, onAnswer }: KeycloakClientOptions) {
    const { KEYCLOAK_SERVER_URL: serverUrl, KEYCLOAK_SERVER_URL_EXT: externalUrl = serverUrl } = environment;
    this.#environment = environment;
    this.#externalUrl = externalUrl;
    const options = { serverUrl, externalUrl, onAnswer };
    this.#fetch = keycloakFetch({ ...options, timeoutMs });
    this.#quickFetch = keycloakFetch({ ...options, timeoutMs: Math.min(timeoutMs, CHECK_MS) });
  }

  get fetch(): OpenId.CustomFetch {
    return this.#fetch;
  }

  /** Who Keycloak says it is, in the tokens that it signs. */
  get issuer(): string {
    return `${this.#externalUrl}/realms/${encodeURIComponent(this.#environment.KEYCLOAK_REALM_NAME)}`;
  }

  /** Where Keycloak's keys are. */
  async jwksUri(): Promise<string> {
    const { jwks_uri } = await this.#serverMetadata();
    if (jwks_uri === undefined) throw new KeycloakUnavailableError('names no keys');
    return jwks_uri;
  }

  /**
   * Looks whether the realm is there and takes this server for its client.
   *
   * @throws ConfigurationError one line that says what to set.
   * @throws KeycloakUnavailableError when Keycloak cannot say.
   */
  async verify(): Promise<void> {
    // Keycloak tells a bad client before a bad token, so the right answer is that it does not know this one.
    await this.#refresh(new Secret('none')).catch((error: unknown) => {
      if (error instanceof KeycloakMisconfiguredError) throw new ConfigurationError(error.reason);
      if (!(error instanceof InvalidGrantError)) throw error;
    });
  }

  /** Resolves when Keycloak answers for the realm. @throws KeycloakUnavailableError, KeycloakMisconfiguredError */
  async check(): Promise<void> {
    await this.#discover(this.#quickFetch);
  }

  /**
   * Where a browser goes to sign in (OpenID Connect Core 1.0, section 3.1.2.1). Keycloak is looked for first: whoever was
   * sent to one that is down would see an error of their browser's, and nothing of ours.
   *
   * @throws KeycloakMisconfiguredError, KeycloakUnavailableError
   */
  async authorizeUrl({ state, codeVerifier, redirectUri }: AuthorizationRequest): Promise<string> {
    const { buildAuthorizationUrl } = await loadOpenId();
    this.#metadata = Promise.resolve(await this.#discover());
    return buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUri,
      scope: 'openid offline_access',
      state,
      nonce: nonceOf(codeVerifier),
      code_challenge: codeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      kc_idp_hint: this.#environment.KEYCLOAK_IDP_HINT,
      // Without it an older session of another client signs somebody in with a pair of GitHub's that has expired.
      prompt: 'login',
    }).href;
  }

  /**
   * What a code is exchanged for. A code works once.
   *
   * @param giveBack - for the session that Keycloak has begun, if its answer is refused here.
   * @throws InvalidGrantError when the code was used before, or is too old.
   * @throws HttpError 400 when what has come back is not for this browser's flow.
   * @throws KeycloakMisconfiguredError, KeycloakUnavailableError
   */
  async exchange(
    response: AuthorizationResponse,
    giveBack: (session: OfflineSession) => Promise<void>,
  ): Promise<KeycloakGrant> {
    const answers: Response[] = [];
    try {
      return await this.#exchange(response, (answer) => answers.push(answer));
    } catch (error) {
      for (const answer of answers) {
        const session = await offlineSessionIn(answer);
        if (session !== undefined) await giveBack(session);
      }
      throw error;
    }
  }

  async #exchange(
    response: AuthorizationResponse,
    answered: (answer: Response) => void,
  ): Promise<KeycloakGrant> {
    const { code, state, issuer, codeVerifier, redirectUri } = response;
    const openId = await loadOpenId();
    const { authorizationCodeGrant, enableNonRepudiationChecks } = openId;
    const url = new URL(redirectUri);
    url.searchParams.set('code', code.reveal());
    url.searchParams.set('state', state);
    if (issuer !== undefined) url.searchParams.set('iss', issuer);
    // One of its own has no keys yet, so that a new key of Keycloak's is known at once.
    const configuration = await this.#configuration();
    enableNonRepudiationChecks(configuration);
    const { token_endpoint } = configuration.serverMetadata();
    configuration[openId.customFetch] = async (target, options) => {
      const answer = await this.#fetch(target, options);
      if (target === token_endpoint) answered(answer.clone());
      return answer;
    };
    const answer = await authorizationCodeGrant(configuration, url, {
      pkceCodeVerifier: codeVerifier,
      expectedState: state,
      expectedNonce: nonceOf(codeVerifier),
      idTokenExpected: true,
    }).catch((error: unknown) => {
      throw exchangeFailureOf(error);
    });
    const claims = answer.claims();
    const sid = claims?.sid;
    if (answer.refresh_token === undefined || claims === undefined || typeof sid !== 'string')
      throw new KeycloakMisconfiguredError(
        'Keycloak gives no offline session: its client needs the optional scope offline_access, and users the role.',
      );
    return {
      session: { sub: claims.sub, sid, beganAt: claims.iat, refreshToken: new Secret(answer.refresh_token) },
      accessToken: new Secret(answer.access_token),
    };
  }

  /**
   * Asks whether a session goes on, with the refresh token of it (RFC 6749, section 6). Where the realm revokes refresh
   * tokens, the old one is dead from then on.
   *
   * @throws InvalidGrantError when Keycloak has ended the session.
   * @throws KeycloakMisconfiguredError, KeycloakUnavailableError when nothing is known of it.
   */
  refresh(refreshToken: Secret): Promise<KeycloakTokens> {
    return this.#refresh(refreshToken);
  }

  async #refresh(refreshToken: Secret): Promise<KeycloakTokens> {
    const { refreshTokenGrant } = await loadOpenId();
    const configuration = await this.#configuration();
    const answer = await refreshTokenGrant(configuration, refreshToken.reveal()).catch(failed);
    return {
      refreshToken: answer.refresh_token === undefined ? refreshToken : new Secret(answer.refresh_token),
      accessToken: new Secret(answer.access_token),
    };
  }

  /**
   * GitHub's tokens of the user, as Keycloak has got them.
   *
   * @returns the body, whatever its form; empty when Keycloak has none of this user.
   * @throws InvalidGrantError when the session of the access token has ended.
   * @throws KeycloakMisconfiguredError, KeycloakUnavailableError
   * @see https://www.keycloak.org/docs/latest/server_admin/#retrieving-external-idp-tokens
   */
  async brokerToken(accessToken: Secret): Promise<string> {
    const { fetchProtectedResource } = await loadOpenId();
    const alias = this.#environment.KEYCLOAK_IDP_HINT;
    const url = new URL(`${this.issuer}/broker/${encodeURIComponent(alias)}/token`);
    const response = await fetchProtectedResource(
      await this.#configuration(),
      accessToken.reveal(),
      url,
      'GET',
    ).catch(failed);
    if (response.status === 200) return response.text();
    // Such as one who signed in before the identity provider was replaced by another.
    if (response.status < 500 && NOT_LINKED.test(await response.clone().text())) return '';
    if (response.status >= 500 || response.status === 429)
      throw new KeycloakUnavailableError(`answers ${response.status} to the request for GitHub's tokens`);
    if (response.status === 400 && (await response.text()).includes('"Invalid token'))
      throw new InvalidGrantError(false);
    throw new KeycloakMisconfiguredError(
      `Keycloak gives no tokens of the identity provider "${alias}" (${response.status}): it has to store them, and ` +
        'users need the role read-token of the client broker.',
    );
  }

  /**
   * Ends a session at Keycloak. One that it does not know any more is none.
   *
   * @throws KeycloakMisconfiguredError, KeycloakUnavailableError when it may go on.
   */
  async endSession(refreshToken: Secret): Promise<void> {
    const { tokenRevocation } = await loadOpenId();
    await tokenRevocation(await this.#configuration(), refreshToken.reveal()).catch(failed);
  }

  /** Within a private network Keycloak may speak plain HTTP: that is for the operator to decide, by its address. */
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- It is marked so only to stand out.
  #extensions({ allowInsecureRequests }: typeof OpenId): ((configuration: OpenId.Configuration) => void)[] {
    const isPlain =
      this.issuer.startsWith('http:') || this.#environment.KEYCLOAK_SERVER_URL.startsWith('http:');
    return isPlain ? [allowInsecureRequests] : [];
  }

  async #configuration(): Promise<OpenId.Configuration> {
    const openId = await loadOpenId();
    const { KEYCLOAK_CLIENT_ID, KEYCLOAK_CLIENT_SECRET } = this.#environment;
    const configuration = new openId.Configuration(
      await this.#serverMetadata(),
      KEYCLOAK_CLIENT_ID,
      { [openId.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
      openId.ClientSecretPost(KEYCLOAK_CLIENT_SECRET.reveal()),
    );
    configuration[openId.customFetch] = this.#fetch;
    for (const extension of this.#extensions(openId)) extension(configuration);
    return configuration;
  }

  /** Asked for once, when it is first needed; after a failure anew. */
  #serverMetadata(): Promise<OpenId.ServerMetadata> {
    if (this.#metadata === undefined) {
      const metadata = this.#discover();
      this.#metadata = metadata;
      metadata.catch(() => (this.#metadata = undefined));
    }
    return this.#metadata;
  }

  async #discover(fetch = this.#fetch): Promise<OpenId.ServerMetadata> {
    const openId = await loadOpenId();
    const { KEYCLOAK_REALM_NAME, KEYCLOAK_CLIENT_ID } = this.#environment;
    const discovered = await openId
      .discovery(new URL(this.issuer), KEYCLOAK_CLIENT_ID, undefined, openId.None(), {
        [openId.customFetch]: fetch,
        execute: this.#extensions(openId),
      })
      .catch((error: unknown) => {
        throw discoveryFailureOf(error, { issuer: this.issuer, realm: KEYCLOAK_REALM_NAME });
      });
    return discovered.serverMetadata();
  }
}

/** OpenID Connect Core 1.0, section 15.5.2: a hash of what only this browser's flow knows. */
function nonceOf(codeVerifier: string): string {
  return createHash('sha256').update(`nonce ${codeVerifier}`).digest('base64url');
}

/** Loaded with the first question: a command that asks Keycloak nothing can do without. */
const loadOpenId = loadedOnce(() => import('openid-client'));

function failed(error: unknown): never {
  throw failureOf(error);
}
