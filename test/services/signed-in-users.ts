import { Sessions } from '../../lib/enterprise/auth/sessions.ts';
import { SignedValues } from '../../lib/enterprise/auth/signed-values.ts';
import { PostgresStore } from '../../lib/enterprise/storage/postgres-store.ts';
import { DocumentCipher } from '../../lib/enterprise/tokens/document-cipher.ts';
import { loadEncryptionKeys } from '../../lib/enterprise/tokens/encryption-keys.ts';
import { TokenDocuments } from '../../lib/enterprise/tokens/token-documents.ts';
import { signedIn } from '../../lib/enterprise/tokens/token-record.ts';
import { Secret } from '../../lib/oss/secret.ts';
import type { FakeGitHub } from '../../lib/testing/index.ts';
import { silent } from './databases.ts';

const DAY_MS = 86_400_000;
/** More would wait for a connection for too long. */
const AT_ONCE = 64;

/** When a user's access token was obtained, and when it expires; in milliseconds since the epoch. */
export interface TokenTimes {
  readonly obtainedAt: number;
  readonly expiresAt: number;
}

/**
 * Puts users into the database of some servers who have signed in.
 *
 * @param env - of the servers.
 * @param timesOf - the times of a user's token, by `github_user_id` and number.
 * @returns their cookies.
 */
export async function addSignedInUsers(
  github: FakeGitHub,
  env: Readonly<Record<string, string>>,
  count: number,
  timesOf: (githubUserId: string, index: number) => TokenTimes,
): Promise<string[]> {
  const { DATABASE_URL = '', COOKIE_SECRETS = '', TOKEN_ENCRYPTION_KEYS = '' } = env;
  const store = new PostgresStore({ url: new Secret(DATABASE_URL), maxConnections: 10, log: silent });
  try {
    const keys = await loadEncryptionKeys(store, new Secret(TOKEN_ENCRYPTION_KEYS));
    const tokens = new TokenDocuments(store, new DocumentCipher(keys));
    const sessions = new Sessions({ documents: store, now: Date.now });
    const values = new SignedValues({ secrets: [new Secret(COOKIE_SECRETS)], now: Date.now });
    const cookies: string[] = [];
    const add = async (index: number): Promise<void> => {
      const { id, login } = github.directory.addUser({ login: `user-${index}` });
      const { access_token, refresh_token = '' } = github.tokens.issuePair(login);
      const github_user_id = String(id);
      const { obtainedAt, expiresAt } = timesOf(github_user_id, index);
      const pair = {
        accessToken: new Secret(access_token),
        expiresAt,
        refreshToken: new Secret(refresh_token),
        refreshTokenExpiresAt: Date.now() + DAY_MS,
      };
      await tokens.save(github_user_id, signedIn(pair, obtainedAt));
      const generation = await sessions.begin(github_user_id);
      const value = values.write('openhands_auth', { github_user_id, generation }, DAY_MS);
      cookies[index] = `openhands_auth=${value}`;
    };
    const waiting = Array.from({ length: count }, (_, index) => index).values();
    const worker = async (): Promise<void> => {
      for (const index of waiting) await add(index);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return cookies;
  } finally {
    await store.close();
  }
}
