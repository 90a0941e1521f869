import { setTimeout as delay } from 'node:timers/promises';
import { GitHubService, type GitHubServiceOptions } from '../../oss/github/github-service.ts';
import { Secret } from '../../oss/secret.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';

export interface SaaSGitHubServiceOptions extends Omit<GitHubServiceOptions, 'token'> {
  /** GitHub's numeric id of the user, in decimal. */
  readonly githubUserId: string;
  readonly tokens: GithubTokenProvider;
  /** For how long GitHub's replicas may not know a new token, in milliseconds; 1,000 unless given. */
  readonly replicaLagMs?: number;
}

/** Tries of one request, however often others replace the token meanwhile. */
const MOST_TRIES = 8;

/** `accessToken()` answers for it. */
const NO_TOKEN = new Secret('');

/**
 * GitHub on behalf of a signed-in user: the token comes from the keeper of the tokens.
 *
 * A 401 does not mean yet that the token is dead. GitHub's replicas may not know it for about a second after it was
 * issued, or another request has refreshed it meanwhile. So what the store has by now is tried at
 * once; the same token a second time, after a short wait; and then a new one. One request refreshes once at most, or a
 * user whom GitHub has locked out would rotate tokens with every click.
 */
export class SaaSGitHubService extends GitHubService {
  readonly #githubUserId: string;
  readonly #tokens: GithubTokenProvider;
  readonly #replicaLagMs: number;
  /** Requests that have had a new token, by the list of what was rejected, of which each has its own. */
  readonly #refreshed = new WeakSet<readonly Secret[]>();

  constructor({ githubUserId, tokens, replicaLagMs = 1_000, ...options }: SaaSGitHubServiceOptions) {
    super({ ...options, token: NO_TOKEN });
    this.#githubUserId = githubUserId;
    this.#tokens = tokens;
    this.#replicaLagMs = replicaLagMs;
  }

  protected override accessToken(): Promise<Secret> {
    return this.#tokens.token(this.#githubUserId);
  }

  protected override async replacementFor(rejected: readonly Secret[]): Promise<Secret | undefined> {
    const last = rejected.at(-1);
    if (last === undefined) return this.accessToken();
    if (rejected.length >= MOST_TRIES) return undefined;
    const current = await this.#tokens.token(this.#githubUserId, last);
    if (!current.equals(last)) return current;
    const wasSentTwice = rejected.at(-2)?.equals(last) ?? false;
    if (!wasSentTwice) {
      await delay(this.#replicaLagMs);
      return this.#tokens.token(this.#githubUserId, last);
    }
    if (this.#refreshed.has(rejected)) return undefined;
    this.#refreshed.add(rejected);
    return this.#tokens.replacementFor(this.#githubUserId, last);
  }
}
