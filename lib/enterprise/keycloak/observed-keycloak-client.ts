import type { Secret } from '../../oss/secret.ts';
import type { CheckOutcome, KeycloakMetrics, KeycloakRequest } from '../metrics/keycloak-metrics.ts';
import { InvalidGrantError, KeycloakMisconfiguredError } from './errors.ts';
import { KeycloakClient, type KeycloakClientOptions, type KeycloakTokens } from './keycloak-client.ts';

export interface ObservedKeycloakClientOptions extends Omit<KeycloakClientOptions, 'onAnswer'> {
  readonly metrics: Pick<KeycloakMetrics, 'answered' | 'checked'>;
}

/** A client that tells how long Keycloak takes, and what comes of asking it about sessions. */
export class ObservedKeycloakClient extends KeycloakClient {
  readonly #metrics: Pick<KeycloakMetrics, 'checked'>;

  constructor({ metrics, ...options }: ObservedKeycloakClientOptions) {
    super({
      ...options,
      onAnswer: (url, status, seconds) => {
        metrics.answered(requestOf(url), status === undefined || status >= 500 ? 'error' : 'ok', seconds);
      },
    });
    this.#metrics = metrics;
  }

  override async refresh(refreshToken: Secret): Promise<KeycloakTokens> {
    try {
      const tokens = await super.refresh(refreshToken);
      this.#metrics.checked('goes_on');
      return tokens;
    } catch (error) {
      this.#metrics.checked(outcomeOf(error));
      throw error;
    }
  }
}

function outcomeOf(error: unknown): CheckOutcome {
  if (error instanceof InvalidGrantError) return 'invalid_grant';
  return error instanceof KeycloakMisconfiguredError ? 'misconfigured' : 'unavailable';
}

/** By the end of the path, which Keycloak names alike in every realm. */
const ENDINGS: readonly (readonly [RegExp, KeycloakRequest])[] = [
  [/\/broker\/[^/]+\/token$/, 'broker'],
  [/\/\.well-known\/openid-configuration$/, 'discovery'],
  [/\/protocol\/openid-connect\/certs$/, 'keys'],
  [/\/protocol\/openid-connect\/revoke$/, 'revoke'],
  [/\/protocol\/openid-connect\/token$/, 'token'],
];

function requestOf(url: string): KeycloakRequest {
  const { pathname } = new URL(url);
  return ENDINGS.find(([ending]) => ending.test(pathname))?.[1] ?? 'other';
}
