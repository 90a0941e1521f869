import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';

const HOUR = 3_600_000;

export interface BetterAuthPeer {
  /** What better-auth has in place of `GithubTokenManager.token`. */
  token(): Promise<unknown>;
  /** How often it has refreshed. */
  readonly refreshes: number;
}

/**
 * better-auth with one user who is signed in with GitHub, its tokens encrypted as ours are, and its database in memory.
 * In place of GitHub's token endpoint there is a function that takes 5 ms.
 *
 * @param options.expired - whether the access token has expired
 */
export async function betterAuthPeer({ expired }: { readonly expired: boolean }): Promise<BetterAuthPeer> {
  let refreshes = 0;
  const auth = betterAuth({
    baseURL: 'http://127.0.0.1:3000',
    secret: 'a secret of the benchmark, long enough',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    logger: { disabled: true },
    telemetry: { enabled: false },
    account: { encryptOAuthTokens: true },
    socialProviders: {
      github: {
        clientId: 'id',
        clientSecret: 'secret',
        refreshAccessToken: async () => {
          refreshes += 1;
          await new Promise((resolve) => setTimeout(resolve, 5));
          return { accessToken: 'ghu_new', accessTokenExpiresAt: new Date(Date.now() + 8 * HOUR) };
        },
      },
    },
  });
  const { internalAdapter } = await auth.$context;
  const { user, account } = await internalAdapter.createOAuthUser(
    { email: 'octocat@example.com', emailVerified: true, name: 'octocat' },
    {
      providerId: 'github',
      accountId: '583231',
      accessToken: 'ghu_old',
      refreshToken: 'ghr_old',
      accessTokenExpiresAt: new Date(Date.now() - HOUR),
    },
  );
  const token = () => auth.api.getAccessToken({ body: { accountId: account.id, userId: user.id } });
  if (!expired) {
    // It encrypts the tokens when it refreshes them.
    await token();
    refreshes = 0;
  }
  return {
    token,
    get refreshes() {
      return refreshes;
    },
  };
}
