import type { Logger } from 'pino';

import type { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { BadRefreshTokenError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import type { DocumentCipher } from './document-cipher.ts';
import { SignedOutError, type GithubTokenProvider, type GithubTokens } from './github-token-provider.ts';
import { TokenDocuments } from './token-documents.ts';

/** Refreshed this long before expiry, so that a token does not die between being handed out and being used. */
const AHEAD_MS = 5 * 60_000;

export interface GithubTokenManagerOptions {
  readonly documents: DocumentStore;
  readonly oauth: GitHubOAuthClient;
  readonly encryption: DocumentCipher;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Keeps the tokens of the signed-in users, encrypted, a document for each, and refreshes them.
 *
 * A refresh token works once, and using it kills the pair it belongs to. So there is one refresh at a time for a user,
 * on all processes of the store; it reads the stored pair again when its turn has come; and a new pair is stored before
 * anybody gets it. Tokens are deleted only when GitHub refuses the very refresh token that is stored.
 */
export class GithubTokenManager implements GithubTokenProvider {
  readonly #tokens: TokenDocuments;
  readonly #oauth: GitHubOAuthClient;
  readonly #log: Logger;
  readonly #now: () => number;
  /** The refresh under way for a user: whoever needs one meanwhile waits for the same. */
  readonly #refreshes = new Map<string, Promise<Secret>>();

  constructor({ documents, oauth, encryption, log, now }: GithubTokenManagerOptions) {
    this.#tokens = new TokenDocuments(documents, encryption);
    this.#oauth = oauth;
    this.#log = log;
    this.#now = now;
  }

  async store(githubUserId: string, tokens: GithubTokens): Promise<void> {
    await this.#tokens.withLock(githubUserId, () => this.#tokens.save(githubUserId, tokens));
  }

  async token(githubUserId: string): Promise<Secret> {
    const tokens = await this.#load(githubUserId);
    return this.#isFresh(tokens) ? tokens.accessToken : this.#refreshOnce(githubUserId, tokens.accessToken);
  }

  async replacementFor(githubUserId: string, rejected: Secret): Promise<Secret | undefined> {
    const tokens = await this.#load(githubUserId);
    if (!tokens.accessToken.equals(rejected)) return tokens.accessToken;
    if (tokens.refreshToken === undefined) return undefined;
    return this.#refreshOnce(githubUserId, rejected);
  }

  async revoke(githubUserId: string): Promise<void> {
    try {
      await this.#oauth.revokeGrant(await this.token(githubUserId));
    } catch (error) {
      // GitHub being down must not keep the user from signing out.
      this.#log.warn({ github_user_id: githubUserId, err: error }, 'The grant was not given back to GitHub');
    }
    await this.forget(githubUserId);
  }

  async forget(githubUserId: string): Promise<void> {
    await this.#tokens.withLock(githubUserId, () => this.#tokens.delete(githubUserId));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#refreshes.values());
  }

  #isFresh({ expiresAt, refreshToken }: GithubTokens): boolean {
    return expiresAt === undefined || refreshToken === undefined || expiresAt - AHEAD_MS > this.#now();
  }

  async #load(githubUserId: string): Promise<GithubTokens> {
    const tokens = await this.#tokens.load(githubUserId);
    if (tokens === undefined) throw new SignedOutError();
    return tokens;
  }

  /** @param old The access token to be replaced: if the store has another by now, that one is taken. */
  #refreshOnce(githubUserId: string, old: Secret): Promise<Secret> {
    const underWay = this.#refreshes.get(githubUserId);
    if (underWay !== undefined) return underWay;
    const refresh = this.#tokens
      .withLock(githubUserId, () => this.#refresh(githubUserId, old))
      .finally(() => this.#refreshes.delete(githubUserId));
    this.#refreshes.set(githubUserId, refresh);
    return refresh;
  }

  async #refresh(githubUserId: string, old: Secret): Promise<Secret> {
    const tokens = await this.#load(githubUserId);
    if (!tokens.accessToken.equals(old)) return tokens.accessToken;
    if (tokens.refreshToken === undefined) throw new SignedOutError();
    try {
      const fresh = await this.#oauth.refresh(tokens.refreshToken);
      await this.#tokens.save(githubUserId, fresh);
      return fresh.accessToken;
    } catch (error) {
      if (!(error instanceof BadRefreshTokenError)) throw error;
      await this.#tokens.delete(githubUserId);
      throw new SignedOutError();
    }
  }
}
