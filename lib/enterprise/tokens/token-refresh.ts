import type { Logger } from 'pino';
import { GitHubUnavailableError } from '../../oss/github/errors.ts';
import { type LockHolding, LockTimeoutError } from '../../oss/storage/document-store.ts';
import {
  AppMisconfiguredError,
  BadRefreshTokenError,
  TokenEndpointUnavailableError,
} from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { BackingOffUsers } from './backing-off-users.ts';
import { backoffRemaining, nextFailure } from './backoff.ts';
import { nothingReadable } from './document-cipher.ts';
import { FormerHolders } from './former-holders.ts';
import type { GitHubCircuitBreaker } from './github-circuit-breaker.ts';
import { type GithubTokens, SignedOutError } from './github-token-provider.ts';
import type { PendingWrites } from './pending-writes.ts';
import type { RevocationQueue } from './revocation-queue.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isExpired, isSamePair, rotated, type SignedIn, type TokenRecord } from './token-record.ts';

export interface TokenRefreshOptions {
  readonly documents: TokenDocuments;
  readonly pendingWrites: PendingWrites;
  readonly revocations: RevocationQueue;
  readonly oauth: Pick<GitHubOAuthClient, 'refresh'>;
  readonly circuit: GitHubCircuitBreaker;
  readonly log: Logger;
  readonly now: () => number;
  /** How long a refresh may take, which others wait for, in milliseconds. */
  readonly longestRefreshMs: number;
  /** Told that what the store has of a user may be another thing now, before anybody who waited is. */
  readonly onChange: (githubUserId: string) => void;
}

/** What a refresh came to, and when nothing is left to be done about it under the lock. */
interface Outcome {
  readonly record: SignedIn | Error;
  readonly settled: Promise<void>;
}

/**
 * Refreshes the tokens of one user, once, however many ask, in this process and in all others on the same store.
 *
 * A refresh token works once, and using it kills the pair. So one who uses it must be alone, and must have looked at the
 * store just before. The new pair must be stored before anybody uses it, and before the next refresh.
 */
export class TokenRefresh {
  readonly #documents: TokenDocuments;
  readonly #pendingWrites: PendingWrites;
  readonly #revocations: RevocationQueue;
  readonly #oauth: Pick<GitHubOAuthClient, 'refresh'>;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #circuit: GitHubCircuitBreaker;
  readonly #longestRefreshMs: number;
  readonly #formerHolders: FormerHolders;
  readonly #onChange: (githubUserId: string) => void;
  readonly #running = new Map<string, Promise<SignedIn>>();
  readonly #holding = new Set<Promise<void>>();
  readonly #backingOff: BackingOffUsers;

  constructor(options: TokenRefreshOptions) {
    this.#documents = options.documents;
    this.#pendingWrites = options.pendingWrites;
    this.#revocations = options.revocations;
    this.#oauth = options.oauth;
    this.#circuit = options.circuit;
    this.#log = options.log;
    this.#now = options.now;
    this.#longestRefreshMs = options.longestRefreshMs;
    this.#formerHolders = new FormerHolders(options.documents, options.longestRefreshMs);
    this.#onChange = options.onChange;
    this.#backingOff = new BackingOffUsers(options.now);
  }

  /**
   * A pair that is not `stale`. Callers share one refresh; it goes on if they stop waiting.
   *
   * @throws SignedOutError when there is none and will be none.
   * @throws GitHubUnavailableError, AppMisconfiguredError when there may be one later; the tokens are kept.
   */
  async run(githubUserId: string, stale: SignedIn): Promise<SignedIn> {
    const running = this.#running.get(githubUserId);
    if (running !== undefined) return running;
    if (this.#formerHolders.isAwaited(githubUserId)) throw new GitHubUnavailableError(1);
    this.#checkPause(stale);
    this.#circuit.check();
    const started = this.#start(githubUserId, stale).finally(() => this.#running.delete(githubUserId));
    this.#running.set(githubUserId, started);
    return started;
  }

  /** How many users this process leaves alone for a while. */
  get usersBackingOff(): number {
    return this.#backingOff.size;
  }

  /** Waits for nobody else any more. Resolves when no refresh is under way, and nothing is left to be written of any. */
  async close(): Promise<void> {
    this.#formerHolders.close();
    await Promise.all(this.#holding);
  }

  /**
   * Resolves with the outcome, and keeps holding the lock until that is stored: with the old pair in the store, another
   * process would use a refresh token that is dead.
   */
  #start(githubUserId: string, stale: SignedIn): Promise<SignedIn> {
    return new Promise((resolve, reject) => {
      const alone = async (holding: LockHolding) => {
        const { record, settled } = await this.#refreshAlone(githubUserId, stale, holding);
        this.#onChange(githubUserId);
        if (record instanceof Error) reject(record);
        else resolve(record);
        await settled;
      };
      const holding = this.#documents
        .whileRefreshing(githubUserId, alone, this.#longestRefreshMs)
        .catch((error: unknown) => {
          this.#log.debug({ err: error, github_user_id: githubUserId }, 'A refresh came to nothing');
          this.#onChange(githubUserId);
          reject(asUnavailable(error));
        })
        .finally(() => this.#holding.delete(holding));
      this.#holding.add(holding);
    });
  }

  async #refreshAlone(githubUserId: string, stale: SignedIn, holding: LockHolding): Promise<Outcome> {
    const stored = await this.#documents.load(githubUserId).catch(nothingReadable);
    const current = this.#pendingWrites.overlay(githubUserId, stored);
    if (current?.state !== 'signed_in') throw new SignedOutError();
    // Another process was faster, or the user has signed in anew.
    if (!isSamePair(current, stale) && !isExpired(current, this.#now())) {
      return { record: current, settled: Promise.resolve() };
    }
    try {
      return await this.#use(githubUserId, current, holding);
    } catch (error) {
      if (!holding.takenOver || error instanceof SignedOutError) throw error;
      return { record: error as Error, settled: this.#hearFormerHolder(githubUserId, current, error) };
    }
  }

  /** Uses the refresh token of the pair that is in the store. */
  async #use(githubUserId: string, current: SignedIn, holding: LockHolding): Promise<Outcome> {
    const { refreshToken } = current.tokens;
    if (refreshToken === undefined) throw new SignedOutError();
    this.#checkPause(current);
    await this.#circuit.checkElsewhere();

    let issued: GithubTokens;
    try {
      issued = await this.#oauth.refresh(refreshToken);
    } catch (error) {
      return this.#failed(githubUserId, current, holding, error);
    }
    this.#circuit.succeeded();
    return this.#succeeded(githubUserId, current, issued);
  }

  /** Refreshes that failed a moment ago, in whatever process, are not tried again yet. */
  #checkPause({ failure }: SignedIn): void {
    const pause = backoffRemaining(failure, this.#now());
    if (pause > 0) throw new GitHubUnavailableError(Math.ceil(pause / 1000));
  }

  /** Persists first. Only then does anybody get to see the new pair, unless the store cannot take it. */
  async #succeeded(githubUserId: string, old: SignedIn, issued: GithubTokens): Promise<Outcome> {
    const pair = rotated(old, issued, this.#now());
    const { stored, saving } = await this.#save(githubUserId, old, pair);
    if (saving === undefined) {
      return { record: await this.#outcomeOf(githubUserId, pair, stored), settled: Promise.resolve() };
    }
    const settled = async () => {
      await this.#outcomeOf(githubUserId, pair, await saving);
    };
    return { record: pair, settled: settled() };
  }

  /** A sign-in, a sign-out or a revocation that came while GitHub rotated the pair outranks it. */
  async #outcomeOf(githubUserId: string, pair: SignedIn, stored: TokenRecord | undefined): Promise<SignedIn> {
    if (stored?.state === 'signed_in') return stored;
    // The sign-out could give back only the old pair, which was dead by then.
    await this.#revocations.add(githubUserId, pair);
    void this.#revocations.attemptSoon(githubUserId);
    throw new SignedOutError();
  }

  /** Only one answer ends a sign-in: GitHub's word that the very refresh token in the store is dead. */
  async #failed(
    githubUserId: string,
    used: SignedIn,
    holding: LockHolding,
    error: unknown,
  ): Promise<Outcome> {
    if (error instanceof BadRefreshTokenError) {
      this.#circuit.succeeded();
      // Whoever holds the lock before us, or by now behind us, may have used it.
      if (holding.takenOver || !(await holding.isHeld()))
        throw new GitHubUnavailableError(1, { cause: error });
      const stored = await this.#signOut(githubUserId, used);
      if (stored?.state === 'signed_in') return { record: stored, settled: Promise.resolve() };
      throw new SignedOutError();
    }
    this.#circuit.failed(error);
    if (error instanceof AppMisconfiguredError) throw error;
    const retryAfterMs = error instanceof TokenEndpointUnavailableError ? error.retryAfterMs : undefined;
    const failure = nextFailure(used.failure, this.#now(), retryAfterMs);
    this.#backingOff.add(failure.retryAt);
    await this.#save(githubUserId, used, { ...used, failure });
    const unavailable = new GitHubUnavailableError(Math.ceil(backoffRemaining(failure, this.#now()) / 1000), {
      cause: error,
    });
    this.#log.warn(
      { github_user_id: githubUserId, failures: failure.count, err: error },
      'Refreshing tokens failed',
    );
    throw unavailable;
  }

  async #signOut(githubUserId: string, used: SignedIn): Promise<TokenRecord | undefined> {
    const signedOut = { state: 'signed_out', at: this.#now(), signInId: used.signInId } as const;
    const { stored } = await this.#save(githubUserId, used, signedOut);
    if (stored?.state !== 'signed_in') {
      this.#log.info(
        { github_user_id: githubUserId },
        'GitHub has ended the grant of this user; they are signed out',
      );
    }
    return stored;
  }

  /** Lets the holder before finish what it may be about, whatever we have met. Only then is a dead token one. */
  async #hearFormerHolder(githubUserId: string, seen: SignedIn, error: unknown): Promise<void> {
    const isDead = error instanceof Error && error.cause instanceof BadRefreshTokenError;
    this.#log.warn(
      { github_user_id: githubUserId, err: error },
      'The holder of a lock before may have refreshed these tokens; waiting for what it writes',
    );
    if ((await this.#formerHolders.areSilent(githubUserId, seen)) && isDead)
      await this.#signOut(githubUserId, seen);
    this.#onChange(githubUserId);
  }

  /**
   * Replaces `from` by `to` in the store.
   *
   * @returns what is true from now on; and with `saving` what the store will have in the end, when it cannot take it now.
   */
  async #save(
    githubUserId: string,
    from: SignedIn,
    to: TokenRecord,
  ): Promise<{ stored: TokenRecord | undefined; saving?: Promise<TokenRecord | undefined> }> {
    try {
      return { stored: await this.#documents.replace(githubUserId, from, to) };
    } catch (error) {
      this.#log.error(
        { err: error, github_user_id: githubUserId },
        'Tokens cannot be stored; they are kept in memory, and stored as soon as that is possible',
      );
      return { stored: to, saving: this.#pendingWrites.keep(githubUserId, from, to) };
    }
  }
}

/** Waiting in vain for another process to refresh says nothing about the tokens. */
function asUnavailable(error: unknown): Error {
  return error instanceof LockTimeoutError
    ? new GitHubUnavailableError(1, { cause: error })
    : (error as Error);
}
