/** The one place that knows what the errors of `openid-client` mean: which of them ends a session, above all. */
import { HttpError } from '../../oss/errors.ts';
import { isError } from '../../oss/is-error.ts';
import { InvalidGrantError, KeycloakMisconfiguredError, KeycloakUnavailableError } from './errors.ts';

/** As far as it is looked at. The `cause` is not: it may hold a whole answer, with its tokens. */
interface OpenIdError {
  readonly name?: unknown;
  readonly code?: unknown;
  /** Of an answer that is an OAuth error (RFC 6749, section 5.2), with what goes with it. */
  readonly error?: unknown;
  readonly error_description?: unknown;
  readonly status?: unknown;
  /** Of an answer with a status that nobody expects, that answer. */
  readonly cause?: unknown;
}

/**
 * Keycloak's `invalid_grant` that says nothing of a session: the token is of another issuer or of another client than it
 * expects. A proxy that loses a header, or another client ID, makes it say so to everybody.
 */
const NOT_OF_THE_SESSION = /token issuer|realm url|authorized client|attestation/i;
/** What Keycloak says to a refresh token that it has seen before: the first time, and from then on. */
const USED_BEFORE = /reuse|required client/i;
const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client'];
/** What comes of a state, an issuer, a nonce or a signature that is not of this browser's flow. */
const FOREIGN = ['OAUTH_INVALID_RESPONSE', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_KEY_SELECTION_FAILED'];

/** What it means that Keycloak was asked, and it did not work. */
export function failureOf(
  thrown: unknown,
): InvalidGrantError | KeycloakMisconfiguredError | KeycloakUnavailableError {
  const { code, error, error_description: description, status } = (thrown ?? {}) as OpenIdError;
  // With another status it is somebody else's word, such as a gateway's (RFC 6749, section 5.2).
  if (error === 'invalid_grant' && status === 400) {
    const said = typeof description === 'string' ? description : '';
    if (!NOT_OF_THE_SESSION.test(said)) return new InvalidGrantError(USED_BEFORE.test(said));
    return new KeycloakMisconfiguredError(
      'Keycloak takes the tokens of this server for those of another client or realm: compare KEYCLOAK_CLIENT_ID, ' +
        'KEYCLOAK_SERVER_URL_EXT and the hostname that Keycloak is set to.',
    );
  }
  if (CLIENT_ERRORS.some((it) => it === error)) {
    return new KeycloakMisconfiguredError(
      'Keycloak refuses this server as its client: compare KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET with the realm.',
    );
  }
  if (typeof error === 'string' && typeof status === 'number' && status < 500 && status !== 429) {
    const word = /^\w{1,60}$/.test(error) ? error : 'an error';
    return new KeycloakMisconfiguredError(`Keycloak refuses what this server asks with "${word}".`);
  }
  return unavailable(code, thrown);
}

/** What it means that a code was not exchanged. */
export function exchangeFailureOf(thrown: unknown): Error {
  const { code, cause } = (thrown ?? {}) as OpenIdError;
  // What Keycloak itself has answered may be nonsense, but it is nothing that somebody has sent this browser with.
  const isOfAnswer = isError(cause) && hasBody(cause.cause);
  return FOREIGN.some((it) => it === code) && !isOfAnswer
    ? new HttpError(400, 'sign_in_failed', 'Keycloak did not complete the sign-in. Please try again.')
    : failureOf(thrown);
}

/** What it means that the realm could not be looked up under the address of its issuer. */
export function discoveryFailureOf(
  thrown: unknown,
  { issuer, realm }: { readonly issuer: string; readonly realm: string },
): KeycloakMisconfiguredError | KeycloakUnavailableError {
  const { code, cause } = (thrown ?? {}) as OpenIdError;
  if (cause instanceof Response && cause.status === 404) {
    return new KeycloakMisconfiguredError(
      `Keycloak has no realm ${JSON.stringify(realm)}: set KEYCLOAK_REALM_NAME, and KEYCLOAK_SERVER_URL with its path.`,
    );
  }
  if (code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') {
    return new KeycloakMisconfiguredError(
      `Keycloak does not call itself ${issuer}: set KEYCLOAK_SERVER_URL_EXT to the hostname that Keycloak is set to.`,
    );
  }
  return unavailable(code, thrown);
}

function hasBody(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'body' in cause;
}

function unavailable(code: unknown, thrown: unknown): KeycloakUnavailableError {
  return new KeycloakUnavailableError(`gives no answer that makes sense (${wordFor(code, thrown)})`);
}

function wordFor(code: unknown, thrown: unknown): string {
  if (typeof code === 'string' && /^\w+$/.test(code)) return code;
  return isError(thrown) ? thrown.name : 'unknown';
}
