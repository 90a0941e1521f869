import type { Logger } from 'pino';
import { GitHubRateLimitError, GitHubUnavailableError } from '../../oss/github/errors.ts';
import { AppMisconfiguredError, BadRefreshTokenError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { Retries } from '../retries.ts';
import { backoffRemaining, nextFailure } from './backoff.ts';
import { nothingReadable } from './document-cipher.ts';
import type { GitHubCircuitBreaker } from './github-circuit-breaker.ts';
import type { Revocation, RevocationDocuments } from './revocation-documents.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isExpired, rotated, type SignedIn } from './token-record.ts';

export interface RevocationQueueOptions {
  readonly revocations: RevocationDocuments;
  readonly tokens: TokenDocuments;
  readonly oauth: Pick<GitHubOAuthClient, 'refresh' | 'revokeGrant'>;
  readonly circuit: GitHubCircuitBreaker;
  readonly log: Logger;
  readonly now: () => number;
  /** How long a refresh of the same user may take, which is waited for, in milliseconds. */
  readonly longestRefreshMs: number;
  /** How often to look for revocations that failed before, in milliseconds; 30,000 unless given. */
  readonly retryEveryMs?: number;
}

/** Gives grants back to GitHub, however long it takes: GitHub being down, or this process, keeps nobody from signing out. */
export class RevocationQueue {
  readonly #revocations: RevocationDocuments;
  readonly #tokens: TokenDocuments;
  readonly #oauth: Pick<GitHubOAuthClient, 'refresh' | 'revokeGrant'>;
  readonly #circuit: GitHubCircuitBreaker;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #waitMs: number;
  readonly #retries: Retries;

  constructor(options: RevocationQueueOptions) {
    this.#revocations = options.revocations;
    this.#tokens = options.tokens;
    this.#oauth = options.oauth;
    this.#circuit = options.circuit;
    this.#log = options.log;
    this.#now = options.now;
    this.#waitMs = options.longestRefreshMs;
    this.#retries = new Retries({
      left: () => this.#left(),
      failsAll: isGitHubsFault,
      complain: (err) => options.log.warn({ err }, 'A grant could not be given back; tried again later'),
      everyMs: options.retryEveryMs,
    });
  }

  /** Remembers to give the grant back. Durable when it resolves. */
  async add(githubUserId: string, record: SignedIn): Promise<void> {
    await this.#revocations.add(githubUserId, record);
  }

  /**
   * Forgets it: the user has signed in again, and giving the grant back would end that as well. When this resolves, no
   * attempt is under way any more.
   *
   * @returns whether there was one to forget. An attempt at it may have come through a moment ago.
   */
  async cancel(githubUserId: string): Promise<boolean> {
    if ((await this.#revocations.find(githubUserId)) === undefined) return false;
    await this.#tokens.whileRefreshing(
      githubUserId,
      () => this.#revocations.delete(githubUserId),
      this.#waitMs,
    );
    return true;
  }

  /** Tries to give the grant back now. Resolves when that is done or postponed; never rejects. */
  attemptSoon(githubUserId: string): Promise<void> {
    return this.#retries.track(this.#attemptAlone(githubUserId));
  }

  /** How many grants are still to be given back, by whatever process on the store. */
  async size(): Promise<number> {
    const users: string[] = [];
    for await (const githubUserId of this.#revocations.userIds()) users.push(githubUserId);
    return users.length;
  }

  /** Ends the retrying, and resolves when the attempts that are under way have ended. */
  close(): Promise<void> {
    return this.#retries.close();
  }

  async *#left(): AsyncGenerator<() => Promise<void>> {
    for await (const githubUserId of this.#revocations.userIds()) {
      yield () => this.#attemptAlone(githubUserId);
    }
  }

  /** While nobody refreshes this user's tokens: both may need the same refresh token, which works once. */
  async #attemptAlone(githubUserId: string): Promise<void> {
    const found = await this.#revocations.find(githubUserId);
    if (found === undefined || backoffRemaining(found.failure, this.#now()) > 0) return;
    this.#circuit.check();
    await this.#circuit.checkElsewhere();
    await this.#tokens.whileRefreshing(githubUserId, () => this.#attempt(githubUserId), this.#waitMs);
  }

  async #attempt(githubUserId: string): Promise<void> {
    let revocation = await this.#revocations.find(githubUserId);
    // Another process may just have done it, or tried in vain.
    if (revocation === undefined || backoffRemaining(revocation.failure, this.#now()) > 0) return;
    try {
      const record = await this.#revocations.open(githubUserId, revocation);
      const isDone = (await this.#isMoot(githubUserId, record)) || (await this.#giveBack(record));
      const renewed = isDone ? undefined : await this.#refresh(record);
      if (renewed !== undefined) {
        revocation = (await this.#keep(githubUserId, renewed)) ?? revocation;
        await this.#giveBack(renewed);
      }
    } catch (error) {
      this.#circuit.failed(error);
      const failure = nextFailure(revocation.failure, this.#now());
      await this.#revocations.postpone(githubUserId, revocation, failure);
      throw error;
    }
    await this.#revocations.done(githubUserId, revocation);
  }

  /** Whether the user has signed in anew: giving the grant back would end that as well. */
  async #isMoot(githubUserId: string, { signInId }: SignedIn): Promise<boolean> {
    const stored = await this.#tokens.load(githubUserId).catch(nothingReadable);
    return stored?.state === 'signed_in' && stored.signInId !== signInId;
  }

  /** @returns `false` when GitHub needs another access token for it. */
  async #giveBack(record: SignedIn): Promise<boolean> {
    if (isExpired(record, this.#now())) return false;
    const answer = await this.#oauth.revokeGrant(record.tokens.accessToken);
    this.#circuit.succeeded();
    return answer === 'revoked';
  }

  /** @returns `undefined` when GitHub has ended the grant, so that there is nothing left to give back. */
  async #refresh(record: SignedIn): Promise<SignedIn | undefined> {
    const { refreshToken } = record.tokens;
    if (refreshToken === undefined) return undefined;
    try {
      const issued = await this.#oauth.refresh(refreshToken);
      this.#circuit.succeeded();
      return rotated(record, issued, this.#now());
    } catch (error) {
      if (error instanceof BadRefreshTokenError) return undefined;
      throw error;
    }
  }

  /** Keeps the new pair in place of the dead one. A full disk does not keep it from being used now. */
  async #keep(githubUserId: string, record: SignedIn): Promise<Revocation | undefined> {
    try {
      return await this.#revocations.add(githubUserId, record);
    } catch (error) {
      this.#log.error(
        { err: error, github_user_id: githubUserId },
        'Tokens to give a grant back with are not stored',
      );
      return undefined;
    }
  }
}

/** Whether the next user's revocation would fail as well. */
function isGitHubsFault(error: unknown): boolean {
  return (
    error instanceof GitHubUnavailableError ||
    error instanceof GitHubRateLimitError ||
    error instanceof AppMisconfiguredError
  );
}
