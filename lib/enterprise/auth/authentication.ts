import type { Logger } from 'pino';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import type { SharedCache } from '../redis/shared-cache.ts';
import type { DocumentCipher } from '../tokens/document-cipher.ts';
import type { EncryptedDocuments } from '../tokens/encrypted-documents.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';
import type { OtherKeeper } from '../tokens/other-keeper.ts';
import type { Sessions } from './sessions.ts';
import type { SignInProvider } from './sign-in-provider.ts';

/** What an edition may make its {@link Authentication} of. */
export interface AuthenticationParts {
  readonly documents: DocumentStore;
  readonly encryption: DocumentCipher;
  readonly oauth: GitHubOAuthClient;
  /** Who keeps the tokens unless the edition names another keeper. */
  readonly tokens: GithubTokenProvider;
  /** How long a refresh of tokens may take, which others wait for, in milliseconds. */
  readonly longestRefreshMs: number;
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
  /** Who keeps the tokens of those who sign in like this. */
  readonly tokens: GithubTokenProvider;
  /** What is kept of users besides their tokens and settings, for `openhands-express tokens`. */
  readonly kept: readonly EncryptedDocuments[];
  /** Another server that keeps the tokens of some; there is none unless given. */
  readonly otherKeeper?: OtherKeeper | undefined;
}
