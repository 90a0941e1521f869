/** What Keycloak's refusals and silences mean. None of them carries what Keycloak has answered: there are tokens in it. */
import { HttpError } from '../../oss/errors.ts';

/** Keycloak is down, slow, or answers nonsense. It says nothing about any session. */
export class KeycloakUnavailableError extends HttpError {
  /** @param what - what has happened, for the log: a sentence without its subject. */
  constructor(what: string) {
    super(
      503,
      'keycloak_unavailable',
      'Signing in is not possible right now. Please try again in a moment.',
      {
        headers: { 'Retry-After': '10' },
        cause: new Error(`Keycloak ${what}.`),
      },
    );
    this.name = 'KeycloakUnavailableError';
  }
}

/** The realm, its client or this server is set up wrongly. It says nothing about any session; the operator must act. */
export class KeycloakMisconfiguredError extends HttpError {
  /** What is wrong, for the operator. */
  readonly reason: string;

  constructor(reason: string) {
    super(503, 'keycloak_misconfigured', 'Sign-in with Keycloak is not set up correctly on this server.', {
      headers: { 'Retry-After': '60' },
      cause: new Error(reason),
    });
    this.name = 'KeycloakMisconfiguredError';
    this.reason = reason;
  }
}

/** Keycloak does not know the grant (any more): `invalid_grant`, of RFC 6749, section 5.2. */
export class InvalidGrantError extends Error {
  /** Whether Keycloak has seen this refresh token before: the answer to its first use did not arrive here. */
  readonly wasUsedBefore: boolean;

  constructor(wasUsedBefore: boolean) {
    super('Keycloak does not know this grant.');
    this.name = 'InvalidGrantError';
    this.wasUsedBefore = wasUsedBefore;
  }
}

/** It is not Keycloak's, not for this server, too old, or was used before. */
export class InvalidLogoutTokenError extends HttpError {
  constructor() {
    super(400, 'invalid_logout_token', 'This is no logout token for this server.');
    this.name = 'InvalidLogoutTokenError';
  }
}
