import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type * as Jose from 'jose';
import { z } from 'zod';
import type { HttpError } from '../../oss/errors.ts';
import { loadJose } from '../load-jose.ts';
import { InvalidLogoutTokenError, KeycloakUnavailableError } from './errors.ts';
import { CLOCK_TOLERANCE_SECONDS, type KeycloakClient } from './keycloak-client.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Keys are asked for no sooner than this after the last time, in milliseconds: anybody can name a key that is not known. */
const KEY_COOLDOWN_MS = 1_000;
/** Longer than Keycloak needs to deliver one, in seconds. */
const OLDEST_SECONDS = 600;

const claimsSchema = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1).optional(),
  jti: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
  events: z.object({ [EVENT]: z.looseObject({}) }),
  nonce: z.undefined().optional(),
});

/** What Keycloak says in a logout token. */
export interface LogoutClaims {
  /** Whose sessions have ended. */
  readonly sub: string;
  /** Which one; without it, all that had begun by then. */
  readonly sid?: string | undefined;
  /** When that was by Keycloak's clock, in seconds since the epoch. */
  readonly iat: number;
  /** What tells this token from every other one, in characters that keys may have. */
  readonly id: string;
}

/** Tells Keycloak's logout tokens for this server's client from all else. */
export class LogoutTokens {
  readonly #keycloak: KeycloakClient;
  readonly #clientId: string;
  #keys: Promise<ReturnType<typeof Jose.createRemoteJWKSet>> | undefined;
  /** When Keycloak has last failed to show its keys, by the monotonic clock. */
  #failedAt = -Infinity;

  constructor(keycloak: KeycloakClient, clientId: string) {
    this.#keycloak = keycloak;
    this.#clientId = clientId;
  }

  /**
   * @throws HttpError 400 `invalid_logout_token`
   * @throws KeycloakUnavailableError when Keycloak's keys cannot be had.
   * @see https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
   */
  async verify(token: string): Promise<LogoutClaims> {
    const { jwtVerify } = await loadJose();
    if (performance.now() - this.#failedAt < KEY_COOLDOWN_MS)
      throw new KeycloakUnavailableError('does not show its keys');
    const keys = await this.#remoteKeys();
    const verified = await jwtVerify(token, keys, {
      issuer: this.#keycloak.issuer,
      audience: this.#clientId,
      typ: 'logout+jwt',
      algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: OLDEST_SECONDS,
    }).catch(async (error: unknown) => {
      const refusal = await refusalOf(error);
      if (refusal instanceof KeycloakUnavailableError) this.#failedAt = performance.now();
      throw refusal;
    });
    const { success, data } = claimsSchema.safeParse(verified.payload);
    if (!success) throw new InvalidLogoutTokenError();
    const { sub, sid, iat, jti } = data;
    return { sub, sid, iat, id: createHash('sha256').update(jti).digest('hex') };
  }

  #remoteKeys(): Promise<ReturnType<typeof Jose.createRemoteJWKSet>> {
    if (this.#keys === undefined) {
      const keys = this.#openKeys();
      this.#keys = keys;
      keys.catch(() => {
        this.#failedAt = performance.now();
        this.#keys = undefined;
      });
    }
    return this.#keys;
  }

  async #openKeys(): Promise<ReturnType<typeof Jose.createRemoteJWKSet>> {
    const jose = await loadJose();
    const { fetch } = this.#keycloak;
    return jose.createRemoteJWKSet(new URL(await this.#keycloak.jwksUri()), {
      cooldownDuration: KEY_COOLDOWN_MS,
      [jose.customFetch]: (url, { headers, signal, method, redirect }) =>
        fetch(url, { headers: Object.fromEntries(headers), signal, method, redirect, body: undefined }),
    });
  }
}

/** What comes of the token itself is its fault; of everything else, the time's. */
async function refusalOf(error: unknown): Promise<HttpError> {
  const { errors } = await loadJose();
  const isTokens =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported;
  return isTokens ? new InvalidLogoutTokenError() : new KeycloakUnavailableError('does not show its keys');
}
