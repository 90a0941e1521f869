import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Secret } from '../../oss/secret.ts';
import { RecentReads } from '../../oss/storage/recent-reads.ts';
import { BadVerificationCodeError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { longestRefreshMs as longestRefresh } from '../times.ts';
import { backoffRemaining } from './backoff.ts';
import { UnreadableDocumentError } from './document-cipher.ts';
import { GitHubCircuitBreaker } from './github-circuit-breaker.ts';
import type { GithubTokenManagerOptions } from './github-token-manager-options.ts';
import { type GithubTokenProvider, type GithubTokens, SignedOutError } from './github-token-provider.ts';
import { PendingWrites } from './pending-writes.ts';
import { ended } from './refresh-changes.ts';
import { isYoung, stageOf } from './refresh-schedule.ts';
import { RevocationDocuments } from './revocation-documents.ts';
import { RevocationQueue } from './revocation-queue.ts';
import { TokenDocuments } from './token-documents.ts';
import { isExpired, type SignedIn, signedIn, type TokenRecord } from './token-record.ts';
import { TokenRefresh } from './token-refresh.ts';

/** What the GitHubOAuthClient takes where nobody says otherwise. */
const GITHUB_TIMEOUT_MS = 10_000;

/**
 * Keeps GitHub's tokens for the signed-in users: encrypted in the store, and refreshed ahead of their expiry by one
 * caller at a time. They are deleted only when GitHub or the user has ended them.
 *
 * @example
 * const tokens = new GithubTokenManager({ documents, oauth, encryption, log });
 * await tokens.store('583231', await oauth.exchange({ code, codeVerifier, redirectUri }));
 * const token = await tokens.token('583231');
 */
export class GithubTokenManager implements GithubTokenProvider {
  readonly #documents: TokenDocuments;
  readonly #revocations: RevocationQueue;
  readonly #pendingWrites: PendingWrites;
  readonly #refresh: TokenRefresh;
  /** Decrypted. That somebody has no tokens is never remembered: they may be signing in on another process now. */
  readonly #cache: RecentReads<TokenRecord | undefined, SignedIn>;
  readonly #oauth: Pick<GitHubOAuthClient, 'knows'>;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #refreshAheadMs: number;
  readonly #revocationWaitMs: number;

  constructor(options: GithubTokenManagerOptions) {
    const { documents, oauth, encryption: cipher, log, now = Date.now } = options;
    const longestRefreshMs = options.longestRefreshMs ?? longestRefresh(GITHUB_TIMEOUT_MS);
    const circuit = new GitHubCircuitBreaker(log, now, options.shared);
    this.#documents = new TokenDocuments(documents, cipher);
    this.#pendingWrites = new PendingWrites(this.#documents, log);
    this.#revocations = new RevocationQueue({
      revocations: new RevocationDocuments(documents, cipher),
      tokens: this.#documents,
      oauth,
      circuit,
      log,
      now,
      longestRefreshMs,
      ...(options.retryRevocationsEveryMs !== undefined && { retryEveryMs: options.retryRevocationsEveryMs }),
    });
    this.#refresh = new TokenRefresh({
      documents: this.#documents,
      pendingWrites: this.#pendingWrites,
      revocations: this.#revocations,
      oauth,
      circuit,
      log,
      now,
      longestRefreshMs,
      onChange: (id) => this.#cache.forget(id),
    });
    this.#cache = new RecentReads({
      staleMs: options.staleMs ?? 1_000,
      capacity: options.capacity ?? 10_000,
      now: () => performance.now(),
      isKept: isSignedIn,
    });
    this.#oauth = oauth;
    this.#log = log;
    this.#now = now;
    this.#refreshAheadMs = options.refreshAheadMs ?? 300_000;
    this.#revocationWaitMs = options.revocationWaitMs ?? 3_000;
  }

  /** Users whom this process leaves alone for a while, because refreshing their tokens failed. */
  get usersBackingOff(): number {
    return this.#refresh.usersBackingOff;
  }

  /** Records that the store could not take yet. */
  get unsavedRecords(): number {
    return this.#pendingWrites.size;
  }

  /** Grants that are still to be given back to GitHub, by whatever process on the store. */
  revocationsWaiting(): Promise<number> {
    return this.#revocations.size();
  }

  async store(githubUserId: string, tokens: GithubTokens): Promise<void> {
    const record = signedIn(tokens, this.#now());
    // Before the revocation that may still be to be done: one that is tried from now on sees it, and does nothing.
    await this.#documents.save(githubUserId, record);
    this.#cache.forget(githubUserId);
    if (!(await this.#revocations.cancel(githubUserId)) || (await this.#isKnown(tokens))) return;
    // It came through after GitHub had issued these, and has taken them with it.
    await this.#documents.change(githubUserId, ended(record, { state: 'signed_out', at: this.#now() }));
    this.#cache.forget(githubUserId);
    throw new BadVerificationCodeError();
  }

  async signedIn(githubUserId: string): Promise<void> {
    // Under the lock of who takes them, so that it is known whether they have.
    const record = await this.#documents.change(githubUserId, (current) => current);
    if (record?.state !== 'signed_in') throw new BadVerificationCodeError();
  }

  async token(githubUserId: string, rejected?: Secret): Promise<Secret> {
    let record: TokenRecord | undefined =
      this.#cache.peek(githubUserId) ?? (await this.#cache.get(githubUserId, () => this.#load(githubUserId)));
    // Another process may have rotated it since it was read.
    if (rejected !== undefined && record?.state === 'signed_in' && record.tokens.accessToken.equals(rejected))
      record = await this.#reload(githubUserId);
    if (record?.state !== 'signed_in') throw new SignedOutError();
    switch (stageOf(githubUserId, record, this.#now(), this.#refreshAheadMs)) {
      case 'fresh':
        return record.tokens.accessToken;
      case 'due':
        this.#refreshInBackground(githubUserId, record);
        return record.tokens.accessToken;
      case 'expired':
        return (await this.#refresh.run(githubUserId, record)).tokens.accessToken;
    }
  }

  async replacementFor(githubUserId: string, rejected: Secret): Promise<Secret | undefined> {
    const record = await this.#reload(githubUserId);
    if (record?.state !== 'signed_in') throw new SignedOutError();
    const { accessToken, refreshToken } = record.tokens;
    if (!accessToken.equals(rejected) && !isExpired(record, this.#now())) return accessToken;
    if (refreshToken === undefined || isYoung(record, this.#now())) return undefined;
    const refreshed = await this.#refresh.run(githubUserId, record);
    return refreshed.tokens.accessToken.equals(rejected) ? undefined : refreshed.tokens.accessToken;
  }

  async revoke(githubUserId: string, isSignedInAgain?: () => Promise<boolean>): Promise<void> {
    const isRemoved = await this.#documents.remove(githubUserId, async (stored) => {
      if ((await isSignedInAgain?.()) === true) return false;
      const record = this.#pendingWrites.overlay(githubUserId, stored);
      if (record?.state === 'signed_in') await this.#revocations.add(githubUserId, record);
      return true;
    });
    if (!isRemoved) return;
    this.#cache.forget(githubUserId);
    await atMost(this.#revocationWaitMs, this.#revocations.attemptSoon(githubUserId));
  }

  async forget(githubUserId: string, isSignedInAgain?: () => Promise<boolean>): Promise<void> {
    const isRemoved = await this.#documents.remove(
      githubUserId,
      async () => (await isSignedInAgain?.()) !== true,
    );
    if (!isRemoved) return;
    this.#cache.forget(githubUserId);
    await this.#revocations.cancel(githubUserId);
  }

  async close(): Promise<void> {
    this.#pendingWrites.close();
    await this.#refresh.close();
    await this.#revocations.close();
  }

  #reload(githubUserId: string): Promise<TokenRecord | undefined> {
    return this.#cache.reload(githubUserId, () => this.#load(githubUserId));
  }

  async #load(githubUserId: string): Promise<TokenRecord | undefined> {
    try {
      return this.#pendingWrites.overlay(githubUserId, await this.#documents.load(githubUserId));
    } catch (error) {
      if (!(error instanceof UnreadableDocumentError)) throw error;
      this.#log.error({ err: error, github_user_id: githubUserId }, 'The tokens of a user cannot be read');
      return undefined;
    }
  }

  /** Whether GitHub lets these in; if it cannot say, then yes. */
  async #isKnown({ accessToken }: GithubTokens): Promise<boolean> {
    try {
      return await this.#oauth.knows(accessToken);
    } catch (error) {
      this.#log.warn({ err: error }, 'GitHub cannot say whether new tokens work');
      return true;
    }
  }

  #refreshInBackground(githubUserId: string, record: SignedIn): void {
    if (backoffRemaining(record.failure, this.#now()) > 0) return;
    this.#refresh.run(githubUserId, record).catch((error: unknown) => {
      this.#log.debug(
        { err: error, github_user_id: githubUserId },
        'Refreshing ahead of time came to nothing',
      );
    });
  }
}

function isSignedIn(record: TokenRecord | undefined): record is SignedIn {
  return record?.state === 'signed_in';
}

/** Waits for `promise`, which does not reject, but no longer than `ms`. */
async function atMost(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, timeUp]);
  clearTimeout(timer);
}
