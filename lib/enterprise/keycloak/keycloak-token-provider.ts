import type { Logger } from 'pino';
import { GitHubUnavailableError } from '../../oss/github/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import { backoffRemaining } from '../tokens/backoff.ts';
import {
  type GithubTokenProvider,
  type GithubTokens,
  SignedOutError,
} from '../tokens/github-token-provider.ts';
import { BrokerMemory, type Known } from './broker-memory.ts';
import { type BrokerTokens, isAway } from './broker-tokens.ts';
import type { GrantReturns } from './grant-returns.ts';

export interface KeycloakTokenProviderOptions {
  readonly broker: Pick<BrokerTokens, 'ask'>;
  /** Who keeps the pairs of those who signed in before Keycloak was to keep them, until they sign in again. */
  readonly before: GithubTokenProvider;
  readonly grants: Pick<GrantReturns, 'signedIn' | 'close'>;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Keycloak keeps the GitHub tokens of the users, and refreshes them. An access token is remembered in memory until shortly
 * before its end, and is stored nowhere.
 *
 * A pair has one keeper. Those that the GithubTokenManager has from before stay with it, and are deleted at the next sign-in.
 */
export class KeycloakTokenProvider implements GithubTokenProvider {
  readonly #broker: Pick<BrokerTokens, 'ask'>;
  readonly #before: GithubTokenProvider;
  readonly #grants: KeycloakTokenProviderOptions['grants'];
  readonly #now: () => number;
  readonly #memory: BrokerMemory;
  readonly #running = new Map<string, Promise<Known>>();

  constructor({ broker, before, grants, log, now }: KeycloakTokenProviderOptions) {
    this.#broker = broker;
    this.#before = before;
    this.#grants = grants;
    this.#now = now;
    this.#memory = new BrokerMemory(log, now);
  }

  async store(githubUserId: string, tokens: GithubTokens): Promise<void> {
    await this.#before.forget(githubUserId);
    await this.#grants.signedIn(githubUserId, tokens);
    this.#memory.given(githubUserId, tokens);
  }

  async signedIn(githubUserId: string, tokens: GithubTokens): Promise<void> {
    await this.#grants.signedIn(githubUserId, tokens);
  }

  async token(githubUserId: string, rejected?: Secret): Promise<Secret> {
    const known = this.#memory.usable(githubUserId);
    if (known !== undefined && !(rejected !== undefined && known.equals(rejected))) return known;
    try {
      return await this.#before.token(githubUserId, rejected);
    } catch (error) {
      if (!(error instanceof SignedOutError)) throw error;
    }
    return this.#ask(githubUserId, rejected);
  }

  async replacementFor(githubUserId: string, rejected: Secret): Promise<Secret | undefined> {
    try {
      return await this.#before.replacementFor(githubUserId, rejected);
    } catch (error) {
      if (!(error instanceof SignedOutError)) throw error;
    }
    const token = await this.#ask(githubUserId, rejected);
    if (!token.equals(rejected)) return token;
    this.#memory.refused(githubUserId, token);
    throw new SignedOutError();
  }

  /** The grant is given back by the end of the sessions: that takes a token, and so the session of Keycloak's. */
  async revoke(githubUserId: string, isSignedInAgain?: () => Promise<boolean>): Promise<void> {
    this.#memory.forget(githubUserId);
    await this.#before.revoke(githubUserId, isSignedInAgain);
  }

  async forget(githubUserId: string, isSignedInAgain?: () => Promise<boolean>): Promise<void> {
    this.#memory.forget(githubUserId);
    await this.#before.forget(githubUserId, isSignedInAgain);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values());
    await this.#grants.close();
    await this.#before.close();
  }

  /**
   * What Keycloak gives now. Callers share one question, and what it was answered a moment ago is not asked again: but for a
   * token that GitHub has rejected, since another process may have had Keycloak replace it in that moment.
   */
  async #ask(githubUserId: string, rejected?: Secret): Promise<Secret> {
    let known = this.#memory.recent(githubUserId) ?? (await this.#askOnce(githubUserId));
    if (known.state === 'given' && rejected !== undefined && known.token.equals(rejected))
      known = await this.#askOnce(githubUserId);
    if (known.state === 'given') return known.token;
    if (known.state === 'lost') throw new SignedOutError();
    const seconds = Math.ceil(backoffRemaining(known.failure, this.#now()) / 1000);
    throw new GitHubUnavailableError(Math.max(seconds, 1), { cause: known.error });
  }

  #askOnce(githubUserId: string): Promise<Known> {
    const running = this.#running.get(githubUserId);
    if (running !== undefined) return running;
    const started = this.#broker
      .ask(githubUserId)
      .then(
        (answer) => this.#memory.answered(githubUserId, answer),
        (error: unknown) => {
          throw isAway(error) ? new GitHubUnavailableError(undefined, { cause: error }) : error;
        },
      )
      .finally(() => this.#running.delete(githubUserId));
    this.#running.set(githubUserId, started);
    return started;
  }
}
