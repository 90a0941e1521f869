/** From GitHub's code to a session: what has to be true before anything is stored, in its order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { HttpError } from '../../oss/errors.ts';
import { InvalidGitHubTokenError } from '../../oss/github/errors.ts';
import type { GitHubService, GitHubUser } from '../../oss/github/github-service.ts';
import type { LastProfile } from '../../oss/profile/last-profile.ts';
import type { Secret } from '../../oss/secret.ts';
import { AppMisconfiguredError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import type { GithubTokenProvider, GithubTokens } from '../tokens/github-token-provider.ts';
import type { AllowList } from './allow-list.ts';
import type { AuthClaims } from './auth-cookie.ts';
import type { Sessions } from './sessions.ts';

export interface SignInOptions {
  readonly oauth: GitHubOAuthClient;
  readonly tokens: GithubTokenProvider;
  readonly sessions: Sessions;
  readonly allowList: AllowList;
  /** GitHub with a token that is in no store yet. */
  readonly githubServiceFor: (token: Secret) => GitHubService;
  readonly lastProfileOfUser: (githubUserId: string) => LastProfile;
  /** Milliseconds for which GitHub's replicas may not know a new token yet. */
  readonly replicaLagMs: number;
  readonly log: Logger;
}

export class SignIn {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /**
   * Exchanges the code, asks GitHub who it stands for (never this browser: its user may have switched accounts at
   * GitHub), checks the allow-list, and only then stores the tokens.
   *
   * @returns what the cookie has to say; the tokens are stored durably by then.
   * @throws HttpError 401 `Not authorized via waitlist`; nothing is stored, and the grant is given back.
   * @throws the errors of {@link GitHubOAuthClient.exchange} and of {@link GitHubService.getUser}; nothing is stored.
   */
  async complete(
    grant: Parameters<GitHubOAuthClient['exchange']>[0],
  ): Promise<Pick<AuthClaims, 'github_user_id' | 'generation'>> {
    const { tokens, sessions, allowList, log } = this.#options;
    const issued = await this.#exchange(grant);
    const user = await this.#identify(issued.accessToken);
    if (!(await allowList.allows(user.login))) {
      await this.#giveBack(issued.accessToken);
      log.info({ login: user.login }, 'A user who is not on the list of allowed users was turned away');
      throw new HttpError(401, 'not_on_waitlist', 'Not authorized via waitlist');
    }
    const github_user_id = String(user.id);
    await tokens.store(github_user_id, issued);
    await this.#options.lastProfileOfUser(github_user_id).seen(user, log);
    return { github_user_id, generation: await sessions.begin(github_user_id) };
  }

  async #exchange(grant: Parameters<GitHubOAuthClient['exchange']>[0]): Promise<GithubTokens> {
    try {
      return await this.#options.oauth.exchange(grant);
    } catch (err) {
      if (err instanceof AppMisconfiguredError) {
        const { reason } = err;
        this.#options.log.error(
          { reason },
          'GitHub refuses this server as its GitHub App: nobody can sign in',
        );
      }
      throw err;
    }
  }

  async #identify(token: Secret): Promise<GitHubUser> {
    const github = this.#options.githubServiceFor(token);
    try {
      return await github.getUser();
    } catch (err) {
      if (!(err instanceof InvalidGitHubTokenError)) throw err;
      await sleep(this.#options.replicaLagMs);
      return github.getUser();
    }
  }

  async #giveBack(token: Secret): Promise<void> {
    try {
      await this.#options.oauth.revokeGrant(token);
    } catch (err) {
      // The user is turned away all the same; what is left is a grant that nobody holds a token for.
      this.#options.log.warn(
        { err },
        'The grant of a user who was turned away could not be given back to GitHub',
      );
    }
  }
}
