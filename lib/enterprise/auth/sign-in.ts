/** From a code to a session: what has to be true before anything is stored, in its order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { HttpError } from '../../oss/errors.ts';
import { InvalidGitHubTokenError } from '../../oss/github/errors.ts';
import type { GitHubService, GitHubUser } from '../../oss/github/github-service.ts';
import type { LastProfile } from '../../oss/profile/last-profile.ts';
import type { Secret } from '../../oss/secret.ts';
import { within } from '../../time-limit.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';
import type { AllowList } from './allow-list.ts';
import type { AuthClaims } from './auth-cookie.ts';
import type { Sessions } from './sessions.ts';
import type { AuthorizationResponse, PendingSignIn, SignInProvider } from './sign-in-provider.ts';

export interface SignInOptions {
  readonly provider: SignInProvider;
  readonly tokens: GithubTokenProvider;
  readonly sessions: Pick<Sessions, 'begin' | 'abandon'>;
  readonly allowList: AllowList;
  /** GitHub with a token that is in no store yet. */
  readonly githubServiceFor: (token: Secret) => GitHubService;
  readonly lastProfileOfUser: (githubUserId: string) => LastProfile;
  /** Milliseconds for which GitHub's replicas may not know a new token yet. */
  readonly replicaLagMs: number;
  readonly log: Logger;
}

/** What a session has of the sign-in that has begun it. */
export type BegunSession = Pick<AuthClaims, 'github_user_id' | 'generation'>;

/** For how long a person waits, to whom a failed sign-in is told, until what is left of it is removed, in milliseconds. */
const ABANDON_MS = 3_000;

class TurnedAwayError extends HttpError {
  constructor() {
    super(401, 'not_on_waitlist', 'Not authorized via waitlist');
    this.name = 'TurnedAwayError';
  }
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
   * @param handOver - gives the browser its cookie; the tokens are stored durably by then. If it throws, or anything before
   *   it, the session is ended again.
   * @throws HttpError 401 `Not authorized via waitlist`; nothing is stored, and the grant is given back.
   * @throws the errors of {@link SignInProvider.exchange} and of {@link GitHubService.getUser}; nothing is stored.
   * @throws BadVerificationCodeError or InvalidGitHubTokenError when an earlier sign-out has taken the new tokens along. A new
   *   code mends that.
   */
  async complete(response: AuthorizationResponse, handOver: (session: BegunSession) => void): Promise<void> {
    const { provider, sessions, tokens } = this.#options;
    const pending = await provider.exchange(response);
    let begun = undefined as BegunSession | undefined;
    try {
      const github_user_id = await this.#letIn(pending);
      const generation = await pending.begin(github_user_id, async () => {
        begun = { github_user_id, generation: await sessions.begin(github_user_id) };
        return begun.generation;
      });
      await tokens.signedIn?.(github_user_id, pending.tokens);
      await this.#expectAlive(pending.tokens.accessToken);
      handOver({ github_user_id, generation });
    } catch (error) {
      if (begun !== undefined) await this.abandon(begun);
      await (error instanceof TurnedAwayError ? pending.turnAway() : pending.abandon());
      throw error;
    }
  }

  /**
   * Ends a session whose cookie no browser has got: nobody could use it, or end it. Other sessions of the user go on. Does
   * not reject.
   */
  async abandon({ github_user_id, generation }: BegunSession): Promise<void> {
    const { sessions, log } = this.#options;
    try {
      const ending = sessions.abandon(github_user_id, generation);
      await within(ABANDON_MS, ending, () => new Error('It took too long.'));
    } catch (err) {
      log.warn(
        { err, github_user_id },
        'A session without a cookie could not be ended after a failed sign-in',
      );
    }
  }

  /** Stores the tokens, unless the user is turned away. */
  async #letIn({ tokens: issued }: PendingSignIn): Promise<string> {
    const { tokens, allowList, lastProfileOfUser, log } = this.#options;
    const user = await this.#identify(issued.accessToken);
    if (!(await allowList.allows(user.login))) {
      log.info({ login: user.login }, 'A user who is not on the list of allowed users was turned away');
      throw new TurnedAwayError();
    }
    const githubUserId = String(user.id);
    await tokens.store(githubUserId, issued);
    await lastProfileOfUser(githubUserId).seen(user, log);
    return githubUserId;
  }

  /**
   * A grant that an earlier sign-out gives back takes these tokens along, if GitHub carries it out after it has issued them.
   * Since their session has begun none is under way any more, so what lives now stays.
   *
   * @throws InvalidGitHubTokenError when they are dead.
   */
  async #expectAlive(token: Secret): Promise<void> {
    try {
      await this.#identify(token);
    } catch (err) {
      if (err instanceof InvalidGitHubTokenError) throw err;
      this.#options.log.warn({ err }, 'GitHub cannot say whether new tokens work');
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
}
