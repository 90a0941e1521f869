import { InvalidGrantError } from '../../../lib/enterprise/keycloak/errors.ts';
import type { KeycloakGrant, KeycloakSession } from '../../../lib/enterprise/keycloak/keycloak-client.ts';
import { Secret } from '../../../lib/oss/secret.ts';

/** Keycloak's offline sessions, as far as beginning and ending them goes. One has any number of refresh tokens. */
export class StandInKeycloak {
  readonly alive = new Set<string>();
  /** The session that the next sign-in is given. */
  nextSid = 'sid-1';
  /** While set, what any question comes to. */
  failure: Error | undefined;
  #tokens = 0;
  readonly #sidOf = new Map<string, string>();

  begin(sid = this.nextSid): KeycloakSession {
    const token = `rt-${(this.#tokens += 1)}`;
    this.alive.add(sid);
    this.#sidOf.set(token, sid);
    return { sub: 'sub-1', sid, beganAt: this.#tokens, refreshToken: new Secret(token) };
  }

  exchange(): Promise<KeycloakGrant> {
    return Promise.resolve({ session: this.begin(), accessToken: new Secret('access') });
  }

  brokerToken(): Promise<string> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve('access_token=ghu_1&expires_in=28800&refresh_token=ghr_1&token_type=bearer');
  }

  endSession(refreshToken: Secret): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const sid = this.#sidOf.get(refreshToken.reveal()) ?? '';
    return this.alive.delete(sid) ? Promise.resolve() : Promise.reject(new InvalidGrantError(false));
  }
}
