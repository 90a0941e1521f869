import type { Logger } from 'pino';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import type { SharedCache } from '../redis/shared-cache.ts';
import type { DocumentCipher } from '../tokens/document-cipher.ts';
import type { EncryptedDocuments } from '../tokens/encrypted-documents.ts';
import type { Sessions } from './sessions.ts';
import type { SignInProvider } from './sign-in-provider.ts';

/** What an edition may make its {@link Authentication} of. */
export interface AuthenticationParts {
  readonly documents: DocumentStore;
  readonly encryption: DocumentCipher;
  readonly oauth: GitHubOAuthClient;
  /** Where processes tell each other what they know; none without `REDIS_URL`. */
  readonly shared: SharedCache | undefined;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How people sign in to an edition, and for how long they stay signed in. */
export interface Authentication {
  readonly provider: SignInProvider;
  readonly sessions: Sessions;
  /** What is kept of users besides their tokens and settings, for `openhands-express tokens`. */
  readonly kept: readonly EncryptedDocuments[];
}
