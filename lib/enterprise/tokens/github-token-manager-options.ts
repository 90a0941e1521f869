import type { Logger } from 'pino';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import type { SharedCache } from '../redis/shared-cache.ts';
import type { DocumentCipher } from './document-cipher.ts';

export interface GithubTokenManagerOptions {
  readonly documents: DocumentStore;
  readonly oauth: Pick<GitHubOAuthClient, 'refresh' | 'revokeGrant' | 'knows'>;
  readonly encryption: DocumentCipher;
  readonly log: Logger;
  /** Where processes tell each other that GitHub wants to be left alone. */
  readonly shared?: SharedCache | undefined;
  /** Milliseconds since the epoch; the real clock unless given. */
  readonly now?: () => number;
  /** From when on a token is refreshed before it expires, in milliseconds; 5 minutes unless given. */
  readonly refreshAheadMs?: number;
  /** For how long tokens may be used without looking at the store, in milliseconds; 1,000 unless given. */
  readonly staleMs?: number;
  /** How many users' tokens are kept in memory; 10,000 unless given. */
  readonly capacity?: number;
  /**
   * How long a refresh may take, with what GitHub and the store need of it, in milliseconds; 30,000 unless given. So long
   * others wait for it, and for the last word of a holder that was taken over.
   */
  readonly longestRefreshMs?: number;
  /** How often revocations that failed are tried again, in milliseconds; 30,000 unless given. */
  readonly retryRevocationsEveryMs?: number;
  /** For how long a sign-out waits for GitHub to take the grant back, in milliseconds; 3,000 unless given. */
  readonly revocationWaitMs?: number;
}
