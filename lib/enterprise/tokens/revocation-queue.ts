import type { Logger } from 'pino';
import { z } from 'zod';

import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { BadRefreshTokenError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { nextFailure, pauseLeft, type RefreshFailure } from './back-off.ts';
import { UnreadableDocumentError, type DocumentCipher } from './document-cipher.ts';
import { encodeTokens, tokensSchema } from './token-codec.ts';
import type { TokenDocuments } from './token-documents.ts';
import { isExpired, rotated, type SignedIn } from './token-record.ts';

const PREFIX = 'revocations/github/';
const RETRY_EVERY_MS = 30_000;
/** As long as a refresh of the same user may take, which is waited for. */
const WAIT_MS = 30_000;

const documentSchema = z.object({
  secret: z.string(),
  failure: z.object({ count: z.number(), retry_at: z.number() }).optional(),
});
const secretSchema = z.object({ sign_in_id: z.string(), obtained_at: z.number(), tokens: tokensSchema });

/** A revocation that is still to be done. */
interface Entry {
  /** The encrypted tokens. No two are alike, so this also tells one entry from the next. */
  readonly secret: string;
  readonly failure: RefreshFailure | undefined;
}

export interface RevocationQueueOptions {
  readonly documents: DocumentStore;
  readonly tokenDocuments: TokenDocuments;
  readonly cipher: DocumentCipher;
  readonly oauth: Pick<GitHubOAuthClient, 'refresh' | 'revokeGrant'>;
  readonly log: Logger;
  readonly now: () => number;
  /** How often to look for revocations that failed before, in milliseconds; 30,000 unless given. */
  readonly retryEveryMs?: number;
}

/**
 * Grants to give back to GitHub, one per user, `revocations/github/<github_user_id>.json`: durable, so that GitHub being
 * down, or this process, keeps nobody from signing out.
 */
export class RevocationQueue {
  readonly #documents: DocumentStore;
  readonly #tokenDocuments: TokenDocuments;
  readonly #cipher: DocumentCipher;
  readonly #oauth: Pick<GitHubOAuthClient, 'refresh' | 'revokeGrant'>;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #attempts = new Set<Promise<void>>();
  #sweeping = false;

  constructor(options: RevocationQueueOptions) {
    this.#documents = options.documents;
    this.#tokenDocuments = options.tokenDocuments;
    this.#cipher = options.cipher;
    this.#oauth = options.oauth;
    this.#log = options.log;
    this.#now = options.now;
    this.#timer = setInterval(() => void this.#track(this.#sweep()), options.retryEveryMs ?? RETRY_EVERY_MS);
    this.#timer.unref();
  }

  /** Remembers to give the grant back. Durable when it resolves. Newer tokens take the place of older ones. */
  async add(githubUserId: string, { signInId, obtainedAt, tokens }: SignedIn): Promise<void> {
    const key = keyOf(githubUserId);
    const content = { sign_in_id: signInId, obtained_at: obtainedAt, tokens: encodeTokens(tokens) };
    const secret = await this.#cipher.encrypt(key, content);
    await this.#documents.withLock(key, () => this.#documents.write(key, { secret }));
  }

  /** Forgets it: the user has signed in again, and giving the grant back would end that as well. */
  async cancel(githubUserId: string): Promise<void> {
    const key = keyOf(githubUserId);
    if ((await this.#documents.read(key)) === undefined) return;
    await this.#documents.withLock(key, () => this.#documents.delete(key));
  }

  /** Tries to give the grant back now. Resolves when that is done or postponed; never rejects. */
  attemptSoon(githubUserId: string): Promise<void> {
    return this.#track(
      this.#tokenDocuments.whileRefreshing(githubUserId, () => this.#attempt(githubUserId), WAIT_MS),
    );
  }

  /** Ends the retrying, and resolves when the attempts that are under way have ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#attempts);
  }

  async #track(attempt: Promise<void>): Promise<void> {
    const ended = attempt
      .catch((error: unknown) =>
        this.#log.warn({ err: error }, 'a grant could not be given back; tried again later'),
      )
      .finally(() => this.#attempts.delete(ended));
    this.#attempts.add(ended);
    await ended;
  }

  async #sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      for await (const key of this.#documents.list(PREFIX)) {
        const githubUserId = key.slice(PREFIX.length, -'.json'.length);
        const entry = await this.#read(key);
        if (entry !== undefined && pauseLeft(entry.failure, this.#now()) === 0)
          await this.attemptSoon(githubUserId);
      }
    } finally {
      this.#sweeping = false;
    }
  }

  /** Runs while nobody refreshes this user's tokens: both may need the same refresh token, which works once. */
  async #attempt(githubUserId: string, mayRefresh = true): Promise<void> {
    const key = keyOf(githubUserId);
    const entry = await this.#read(key);
    if (entry === undefined) return;
    try {
      const record = await this.#decrypt(key, entry);
      const isDone = (await this.#isMoot(githubUserId, record)) || (await this.#giveBack(record));
      if (!isDone && mayRefresh && (await this.#refresh(githubUserId, record))) {
        await this.#attempt(githubUserId, false);
        return;
      }
    } catch (error) {
      await this.#change(key, entry, () => this.#postpone(key, entry));
      throw error;
    }
    await this.#change(key, entry, () => this.#documents.delete(key));
  }

  /** Whether the user has signed in anew: giving the grant back would end that as well. */
  async #isMoot(githubUserId: string, { signInId }: SignedIn): Promise<boolean> {
    const stored = await this.#tokenDocuments.load(githubUserId).catch(nothingReadable);
    return stored?.state === 'signed_in' && stored.signInId !== signInId;
  }

  /** @returns `false` when GitHub needs another access token for it. */
  async #giveBack(record: SignedIn): Promise<boolean> {
    if (isExpired(record, this.#now())) return false;
    return (await this.#oauth.revokeGrant(record.tokens.accessToken)) === 'revoked';
  }

  /** @returns whether there is a new pair, kept in place of the old; if not, there is nothing left to give back. */
  async #refresh(githubUserId: string, record: SignedIn): Promise<boolean> {
    const { refreshToken } = record.tokens;
    if (refreshToken === undefined) return false;
    try {
      const issued = await this.#oauth.refresh(refreshToken);
      await this.add(githubUserId, rotated(record, issued, this.#now()));
      return true;
    } catch (error) {
      if (error instanceof BadRefreshTokenError) return false;
      throw error;
    }
  }

  async #postpone(key: string, entry: Entry): Promise<void> {
    const { count, retryAt } = nextFailure(entry.failure, this.#now());
    await this.#documents.write(key, { secret: entry.secret, failure: { count, retry_at: retryAt } });
  }

  /** Runs `change`, unless something else has taken the place of `entry`. */
  async #change(key: string, entry: Entry, change: () => Promise<void>): Promise<void> {
    await this.#documents.withLock(key, async () => {
      if ((await this.#read(key))?.secret === entry.secret) await change();
    });
  }

  async #read(key: string): Promise<Entry | undefined> {
    const { data } = documentSchema.safeParse(await this.#documents.read(key));
    if (data === undefined) return undefined;
    const { secret, failure } = data;
    return { secret, failure: failure && { count: failure.count, retryAt: failure.retry_at } };
  }

  async #decrypt(key: string, { secret }: Entry): Promise<SignedIn> {
    const { content } = await this.#cipher.decrypt(key, secret);
    const { sign_in_id: signInId, obtained_at: obtainedAt, tokens } = secretSchema.parse(content);
    return { state: 'signed_in', signInId, obtainedAt, tokens };
  }
}

function keyOf(githubUserId: string): string {
  return `${PREFIX}${githubUserId}.json`;
}

function nothingReadable(error: unknown): undefined {
  if (!(error instanceof UnreadableDocumentError)) throw error;
}
