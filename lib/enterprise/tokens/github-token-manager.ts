import type { Logger } from 'pino';

import type { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { pauseLeft } from './back-off.ts';
import { UnreadableDocumentError, type DocumentCipher } from './document-cipher.ts';
import { SignedOutError, type GithubTokenProvider, type GithubTokens } from './github-token-provider.ts';
import { RecentRecords } from './recent-records.ts';
import { stageOf } from './refresh-schedule.ts';
import { RevocationQueue } from './revocation-queue.ts';
import { TokenDocuments } from './token-documents.ts';
import { signedIn, type SignedIn, type TokenRecord } from './token-record.ts';
import { TokenRefresh } from './token-refresh.ts';
import { UnsavedRecords } from './unsaved-records.ts';

export interface GithubTokenManagerOptions {
  readonly documents: DocumentStore;
  readonly oauth: Pick<GitHubOAuthClient, 'refresh' | 'revokeGrant'>;
  readonly encryption: DocumentCipher;
  readonly log: Logger;
  /** Milliseconds since the epoch; the real clock unless given. */
  readonly now?: () => number;
  /** From when on a token is refreshed before it expires, in milliseconds; 5 minutes unless given. */
  readonly refreshAheadMs?: number;
  /** For how long tokens may be used without looking at the store, in milliseconds; 1,000 unless given. */
  readonly staleMs?: number;
  /** How many users' tokens are kept in memory; 10,000 unless given. */
  readonly capacity?: number;
  /** How often revocations that failed are tried again, in milliseconds; 30,000 unless given. */
  readonly retryRevocationsEveryMs?: number;
  /** For how long a sign-out waits for GitHub to take the grant back, in milliseconds; 3,000 unless given. */
  readonly revocationWaitMs?: number;
}

/** A token that GitHub has just issued and already rejects is not helped by another one. */
const YOUNG_MS = 10_000;

/**
 * Keeps GitHub's tokens for the signed-in users: encrypted in the store, refreshed ahead of their expiry, by one caller
 * at a time, and deleted for no other reason than that GitHub or the user has ended them.
 *
 * @example
 * const tokens = new GithubTokenManager({ documents, oauth, encryption, log });
 * await tokens.store('583231', await oauth.exchange({ code, codeVerifier, redirectUri }));
 * const token = await tokens.token('583231');
 */
export class GithubTokenManager implements GithubTokenProvider {
  readonly #documents: TokenDocuments;
  readonly #revocations: RevocationQueue;
  readonly #unsaved: UnsavedRecords;
  readonly #refresh: TokenRefresh;
  readonly #recent: RecentRecords;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #refreshAheadMs: number;
  readonly #revocationWaitMs: number;

  constructor(options: GithubTokenManagerOptions) {
    const { documents, oauth, encryption: cipher, log, now = Date.now } = options;
    this.#documents = new TokenDocuments(documents, cipher);
    this.#unsaved = new UnsavedRecords(this.#documents, log);
    this.#revocations = new RevocationQueue({
      documents,
      tokenDocuments: this.#documents,
      cipher,
      oauth,
      log,
      now,
      ...(options.retryRevocationsEveryMs !== undefined && { retryEveryMs: options.retryRevocationsEveryMs }),
    });
    this.#refresh = new TokenRefresh({
      documents: this.#documents,
      unsaved: this.#unsaved,
      revocations: this.#revocations,
      oauth,
      log,
      now,
    });
    this.#recent = new RecentRecords(
      (id) => this.#load(id),
      options.staleMs ?? 1_000,
      options.capacity ?? 10_000,
    );
    this.#log = log;
    this.#now = now;
    this.#refreshAheadMs = options.refreshAheadMs ?? 300_000;
    this.#revocationWaitMs = options.revocationWaitMs ?? 3_000;
  }

  async store(githubUserId: string, tokens: GithubTokens): Promise<void> {
    const record = signedIn(tokens, this.#now());
    // First: a revocation that is still to be done would take the new tokens with it.
    await this.#revocations.cancel(githubUserId);
    await this.#documents.save(githubUserId, record);
    this.#recent.forget(githubUserId);
  }

  async token(githubUserId: string): Promise<Secret> {
    const record = this.#recent.peek(githubUserId) ?? (await this.#recent.get(githubUserId));
    if (record?.state !== 'signed_in') throw new SignedOutError();
    switch (stageOf(githubUserId, record, this.#now(), this.#refreshAheadMs)) {
      case 'fresh':
        return record.tokens.accessToken;
      case 'due':
        this.#refreshInBackground(githubUserId, record);
        return record.tokens.accessToken;
      case 'expired':
        return (await this.#refreshed(githubUserId, record)).tokens.accessToken;
    }
  }

  async replacementFor(githubUserId: string, rejected: Secret): Promise<Secret | undefined> {
    const record = await this.#recent.reload(githubUserId);
    if (record?.state !== 'signed_in') throw new SignedOutError();
    const { accessToken, refreshToken } = record.tokens;
    if (!accessToken.equals(rejected)) return accessToken;
    if (refreshToken === undefined || this.#isYoung(record)) return undefined;
    const refreshed = await this.#refreshed(githubUserId, record);
    return refreshed.tokens.accessToken.equals(rejected) ? undefined : refreshed.tokens.accessToken;
  }

  async revoke(githubUserId: string): Promise<void> {
    await this.#documents.remove(githubUserId, async (stored) => {
      const record = this.#unsaved.overlay(githubUserId, stored);
      if (record?.state === 'signed_in') await this.#revocations.add(githubUserId, record);
    });
    this.#recent.forget(githubUserId);
    await atMost(this.#revocationWaitMs, this.#revocations.attemptSoon(githubUserId));
  }

  async forget(githubUserId: string): Promise<void> {
    await this.#documents.remove(githubUserId);
    this.#recent.forget(githubUserId);
    await this.#revocations.cancel(githubUserId);
  }

  async close(): Promise<void> {
    this.#unsaved.close();
    await this.#refresh.idle();
    await this.#revocations.close();
  }

  async #load(githubUserId: string): Promise<TokenRecord | undefined> {
    try {
      return this.#unsaved.overlay(githubUserId, await this.#documents.load(githubUserId));
    } catch (error) {
      if (!(error instanceof UnreadableDocumentError)) throw error;
      this.#log.error({ err: error, github_user_id: githubUserId }, 'the tokens of a user cannot be read');
      return undefined;
    }
  }

  async #refreshed(githubUserId: string, record: SignedIn): Promise<SignedIn> {
    try {
      return await this.#refresh.run(githubUserId, record);
    } finally {
      // What was remembered knows neither of the new pair nor of a failure.
      this.#recent.forget(githubUserId);
    }
  }

  #refreshInBackground(githubUserId: string, record: SignedIn): void {
    if (pauseLeft(record.failure, this.#now()) > 0) return;
    this.#refreshed(githubUserId, record).catch((error: unknown) => {
      this.#log.debug(
        { err: error, github_user_id: githubUserId },
        'refreshing ahead of time came to nothing',
      );
    });
  }

  /** By how long it has lived, of this little or a quarter of its life. A clock that was set back says nothing. */
  #isYoung({ obtainedAt, tokens: { expiresAt = Infinity } }: SignedIn): boolean {
    const age = this.#now() - obtainedAt;
    return age >= 0 && age < Math.min(YOUNG_MS, (expiresAt - obtainedAt) / 4);
  }
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
