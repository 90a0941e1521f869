import type { Logger } from 'pino';
import { GitHubUnavailableError } from '../../oss/github/errors.ts';
import { SignedOutError } from './github-token-provider.ts';
import type { PendingWrites } from './pending-writes.ts';
import { calledDead, ended } from './refresh-changes.ts';
import { type Outcome, settled } from './refresh-outcome.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isSamePair, type SignedIn, type SignedOut } from './token-record.ts';
import { UnfinishedAttempts } from './unfinished-attempts.ts';

export interface DeadTokensOptions {
  readonly documents: TokenDocuments;
  readonly pendingWrites: PendingWrites;
  readonly log: Logger;
  readonly now: () => number;
  /** How long a refresh may take, which others wait for, in milliseconds. */
  readonly longestRefreshMs: number;
  /** Whether an attempt is known to have left nothing. */
  readonly isOver: (attempt: string) => boolean;
}

/**
 * Judges what it means that GitHub calls a refresh token dead: that the sign-in has ended, or that another process has used
 * the token and is about to write the new pair.
 */
export class DeadTokens {
  readonly #pendingWrites: PendingWrites;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #isOver: (attempt: string) => boolean;
  readonly #others: UnfinishedAttempts;

  constructor({ documents, pendingWrites, log, now, longestRefreshMs, isOver }: DeadTokensOptions) {
    this.#pendingWrites = pendingWrites;
    this.#log = log;
    this.#now = now;
    this.#isOver = isOver;
    this.#others = new UnfinishedAttempts(documents, isOver, longestRefreshMs);
  }

  /** Whether nothing is known of this user's tokens yet. */
  areJudged(githubUserId: string): boolean {
    return this.#others.areAwaited(githubUserId);
  }

  /**
   * @param used - the pair whose refresh token is dead, as it was when `attempt` began.
   * @throws SignedOutError when it is certain that nobody has a newer pair.
   * @throws StorageError when nothing is certain, as the store is away.
   */
  async judge(githubUserId: string, used: SignedIn, attempt: string): Promise<Outcome> {
    const signedOut: SignedOut = { state: 'signed_out', at: this.#now(), signInId: used.signInId };
    const saved = await this.#pendingWrites.save(
      githubUserId,
      calledDead(used, attempt, signedOut, this.#isOver),
    );
    if ('saving' in saved) throw saved.error;
    const { stored } = saved;
    if (stored === signedOut) this.#tellEnd(githubUserId);
    if (stored?.state !== 'signed_in') throw new SignedOutError();
    if (!isSamePair(stored, used)) return settled(stored);
    this.#log.warn(
      { github_user_id: githubUserId, attempts: stored.attempts },
      'Another process may have refreshed tokens that GitHub calls dead; waiting for what it writes',
    );
    return {
      record: new GitHubUnavailableError(1),
      settled: this.#hearOthers(githubUserId, stored, signedOut),
    };
  }

  /** Waits for nobody any more. */
  close(): void {
    this.#others.close();
  }

  /** The lock is kept meanwhile: nobody needs to ask GitHub again. */
  async #hearOthers(githubUserId: string, dead: SignedIn, signedOut: SignedOut): Promise<void> {
    if (!(await this.#others.comeToNothing(githubUserId, dead))) return;
    const saved = await this.#pendingWrites.save(githubUserId, ended(dead, signedOut));
    if ('stored' in saved && saved.stored === signedOut) this.#tellEnd(githubUserId);
  }

  #tellEnd(githubUserId: string): void {
    this.#log.info(
      { github_user_id: githubUserId },
      'GitHub has ended the grant of this user; they are signed out',
    );
  }
}
