import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';
import type { Sessions } from './sessions.ts';

export interface SignOutEverywhereOptions {
  readonly sessions: Pick<Sessions, 'end' | 'exist'>;
  readonly tokens: Pick<GithubTokenProvider, 'revoke'>;
}

/**
 * Ends every session of a user, and gives the grant back to GitHub, later if GitHub is down. A sign-in that is completed
 * meanwhile stays. Durable when it resolves.
 *
 * @throws StorageError when the store cannot tell, or cannot be written.
 */
export async function signOutEverywhere(
  githubUserId: string,
  { sessions, tokens }: SignOutEverywhereOptions,
): Promise<void> {
  // Sessions before tokens: nobody who still has a cookie may see the tokens go.
  await sessions.end(githubUserId, { withGrant: true });
  await tokens.revoke(githubUserId, () => sessions.exist(githubUserId));
}
