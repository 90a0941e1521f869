import type { Logger } from 'pino';
import type { BrokerToken } from './broker-token.ts';

/** Who keeps the GitHub tokens of users: `KEYCLOAK_TOKEN_CUSTODY`. */
export type Keeper = 'manager' | 'keycloak';

const WRONG_FORM: Readonly<Record<Keeper, string>> = {
  manager:
    'The realm stores GitHub tokens as JSON, which Keycloak refreshes: a pair that both refresh is lost. Use an identity ' +
    'provider of the type oauth2 without "githubJsonFormat"',
  keycloak:
    'The realm stores GitHub tokens in the form that Keycloak never refreshes: users have to sign in again whenever a token ' +
    'expires. Use an identity provider of the type github with "githubJsonFormat"',
};

/** Says, once, when the realm stores the pairs in the form that is wrong for who keeps them. Only a pair shows it. */
export class BrokerForm {
  readonly #keeper: Keeper;
  readonly #log: Logger;
  #hasWarned = false;

  constructor(keeper: Keeper, log: Logger) {
    this.#keeper = keeper;
    this.#log = log;
  }

  /** Told what Keycloak has given. A token that never expires needs nobody to refresh it. */
  seen({ tokens, isRefreshedByKeycloak }: BrokerToken): void {
    const isRight = isRefreshedByKeycloak === (this.#keeper === 'keycloak');
    if (tokens.refreshToken === undefined || isRight || this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(WRONG_FORM[this.#keeper]);
  }
}
