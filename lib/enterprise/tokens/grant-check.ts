import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { within } from '../../time-limit.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { type GithubTokenProvider, SignedOutError } from './github-token-provider.ts';

/** For all that GitHub is asked, in milliseconds: it gives the answer to a webhook ten seconds. */
const LONGEST_CHECK_MS = 6_000;

export interface GrantCheckOptions {
  readonly tokens: Pick<GithubTokenProvider, 'token'>;
  readonly oauth: Pick<GitHubOAuthClient, 'knows'>;
  /** Milliseconds for which GitHub's replicas may not know yet that a token is dead. */
  readonly replicaLagMs: number;
  readonly log: Logger;
}

/** Asks GitHub whether the grant of a user still is one, by the tokens that are kept. */
export class GrantCheck {
  readonly #options: GrantCheckOptions;

  constructor(options: GrantCheckOptions) {
    this.#options = options;
  }

  /**
   * Whether the user's tokens work. A revocation kills all that were issued before it, so these are from a later sign-in
   * than any that was told of by now.
   *
   * @returns false when there are none, and when nobody can tell; never rejects.
   */
  async isAlive(githubUserId: string): Promise<boolean> {
    try {
      return await within(LONGEST_CHECK_MS, this.#ask(githubUserId), () => new Error('It took too long.'));
    } catch (err) {
      if (!(err instanceof SignedOutError))
        this.#options.log.warn(
          { err, github_user_id: githubUserId },
          'GitHub cannot say whether a grant goes on',
        );
      return false;
    }
  }

  async #ask(githubUserId: string): Promise<boolean> {
    const { tokens, replicaLagMs } = this.#options;
    const token = await tokens.token(githubUserId);
    if (await this.#staysAlive(token, replicaLagMs)) return true;
    // The user may have signed in on another process a moment ago.
    const other = await tokens.token(githubUserId, token);
    return !other.equals(token) && this.#staysAlive(other, replicaLagMs);
  }

  async #staysAlive(token: Secret, replicaLagMs: number): Promise<boolean> {
    const { oauth } = this.#options;
    if (!(await oauth.knows(token))) return false;
    await sleep(replicaLagMs);
    return oauth.knows(token);
  }
}
