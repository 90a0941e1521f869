import type { Logger } from 'pino';
import { GitHubUnavailableError } from '../../oss/github/errors.ts';
import { ProcessIdentity } from '../../oss/storage/process-identity.ts';
import {
  AppMisconfiguredError,
  BadRefreshTokenError,
  TokenEndpointUnavailableError,
} from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { BackingOffUsers } from './backing-off-users.ts';
import { backoffRemaining, nextFailure } from './backoff.ts';
import { DeadTokens } from './dead-tokens.ts';
import type { GitHubCircuitBreaker } from './github-circuit-breaker.ts';
import { type GithubTokens, SignedOutError } from './github-token-provider.ts';
import type { PendingWrites } from './pending-writes.ts';
import { begun, cameToNothing, isUnderWay, renewed } from './refresh-changes.ts';
import { type Outcome, settled } from './refresh-outcome.ts';
import type { RevocationQueue } from './revocation-queue.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isExpired, isSamePair, rotated, type SignedIn, type TokenRecord } from './token-record.ts';

export interface PairRotationOptions {
  readonly documents: TokenDocuments;
  readonly pendingWrites: PendingWrites;
  readonly revocations: RevocationQueue;
  readonly oauth: Pick<GitHubOAuthClient, 'refresh'>;
  readonly circuit: GitHubCircuitBreaker;
  readonly log: Logger;
  readonly now: () => number;
  /** How long a refresh may take, which others wait for, in milliseconds. */
  readonly longestRefreshMs: number;
}

/**
 * One refresh of the tokens of one user, from top to bottom, by who holds the lock on it: {@link PairRotation.run}.
 *
 * A refresh token works once, and using it kills the pair. So one who uses it has looked at the store just before, and has
 * left word there: an attempt, see `refresh-changes.ts`. What the store cannot take is not used at all. The new pair is stored
 * before anybody uses it.
 */
export class PairRotation {
  readonly #documents: TokenDocuments;
  readonly #pendingWrites: PendingWrites;
  readonly #revocations: RevocationQueue;
  readonly #oauth: Pick<GitHubOAuthClient, 'refresh'>;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #circuit: GitHubCircuitBreaker;
  readonly #identity = new ProcessIdentity();
  readonly #deadTokens: DeadTokens;
  readonly #backingOff: BackingOffUsers;

  constructor(options: PairRotationOptions) {
    this.#documents = options.documents;
    this.#pendingWrites = options.pendingWrites;
    this.#revocations = options.revocations;
    this.#oauth = options.oauth;
    this.#circuit = options.circuit;
    this.#log = options.log;
    this.#now = options.now;
    this.#deadTokens = new DeadTokens({
      ...options,
      isOver: (attempt) => this.#identity.isDead(attempt),
    });
    this.#backingOff = new BackingOffUsers(options.now);
  }

  /** @throws what speaks against refreshing this pair now. */
  check(githubUserId: string, stale: SignedIn): void {
    if (this.#deadTokens.areJudged(githubUserId)) throw new GitHubUnavailableError(1);
    this.#checkPause(stale);
    this.#circuit.check();
  }

  /** How many users this process leaves alone for a while. */
  get usersBackingOff(): number {
    return this.#backingOff.size;
  }

  /** Waits for nobody else any more. */
  close(): void {
    this.#deadTokens.close();
  }

  /**
   * @throws SignedOutError when there is no pair and will be none.
   * @throws GitHubUnavailableError, AppMisconfiguredError, StorageError when there may be one later; the tokens are kept.
   */
  async run(githubUserId: string, stale: SignedIn): Promise<Outcome> {
    await this.#circuit.checkElsewhere();
    const attempt = this.#identity.newName();
    const current = await this.#documents.change(githubUserId, (stored) =>
      this.#begin(this.#pendingWrites.overlay(githubUserId, stored), stale, attempt),
    );
    const { refreshToken } = current.tokens;
    if (refreshToken === undefined || !isUnderWay(current, attempt)) return settled(current);

    let issued: GithubTokens;
    try {
      issued = await this.#oauth.refresh(refreshToken);
    } catch (error) {
      if (error instanceof BadRefreshTokenError) {
        this.#circuit.succeeded();
        return this.#deadTokens.judge(githubUserId, current, attempt);
      }
      throw await this.#failed(githubUserId, current, attempt, error);
    }
    this.#circuit.succeeded();
    return this.#succeeded(githubUserId, current, issued);
  }

  /** Leaves word that the refresh token of what is there is about to be used; or says why it is not to be used. */
  #begin(current: TokenRecord | undefined, stale: SignedIn, attempt: string): SignedIn {
    if (current?.state !== 'signed_in') throw new SignedOutError();
    // Another process was faster, or the user has signed in anew.
    if (!isSamePair(current, stale) && !isExpired(current, this.#now())) return current;
    if (current.tokens.refreshToken === undefined) throw new SignedOutError();
    this.#checkPause(current);
    return begun(current, attempt);
  }

  /** Refreshes that failed a moment ago, in whatever process, are not tried again yet. */
  #checkPause({ failure }: SignedIn): void {
    const pause = backoffRemaining(failure, this.#now());
    if (pause > 0) throw new GitHubUnavailableError(Math.ceil(pause / 1000));
  }

  /** Persists first. Only then does anybody get to see the new pair, unless the store cannot take it any more. */
  async #succeeded(githubUserId: string, used: SignedIn, issued: GithubTokens): Promise<Outcome> {
    const pair = rotated(used, issued, this.#now());
    const saved = await this.#pendingWrites.save(githubUserId, renewed(used, pair));
    if (!('saving' in saved)) return settled(await this.#outcomeOf(githubUserId, pair, saved.stored));
    const storing = async () => {
      await this.#outcomeOf(githubUserId, pair, await saved.saving);
    };
    return { record: pair, settled: storing() };
  }

  /** A sign-in, a sign-out or a revocation that came while GitHub rotated the pair outranks it. */
  async #outcomeOf(githubUserId: string, pair: SignedIn, stored: TokenRecord | undefined): Promise<SignedIn> {
    if (stored?.state === 'signed_in') return stored;
    // The sign-out could give back only the old pair, which was dead by then.
    await this.#revocations.add(githubUserId, pair);
    void this.#revocations.attemptSoon(githubUserId);
    throw new SignedOutError();
  }

  /** @returns what is to be thrown. No failure but GitHub's word that a token is dead says anything about the tokens. */
  async #failed(githubUserId: string, used: SignedIn, attempt: string, error: unknown): Promise<unknown> {
    this.#circuit.failed(error);
    if (error instanceof AppMisconfiguredError) {
      await this.#pendingWrites.save(githubUserId, cameToNothing(used, attempt));
      return error;
    }
    const retryAfterMs = error instanceof TokenEndpointUnavailableError ? error.retryAfterMs : undefined;
    const failure = nextFailure(used.failure, this.#now(), retryAfterMs);
    this.#backingOff.add(failure.retryAt);
    await this.#pendingWrites.save(githubUserId, cameToNothing(used, attempt, failure));
    this.#log.warn(
      { github_user_id: githubUserId, failures: failure.count, err: error },
      'Refreshing tokens failed',
    );
    const pauseMs = backoffRemaining(failure, this.#now());
    return new GitHubUnavailableError(Math.ceil(pauseMs / 1000), { cause: error });
  }
}
