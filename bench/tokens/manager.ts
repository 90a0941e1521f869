import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { GitHubOAuthClient } from '../../lib/enterprise/github/github-oauth-client.ts';
import { DocumentCipher } from '../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../lib/enterprise/tokens/encryption-keys.ts';
import { GithubTokenManager } from '../../lib/enterprise/tokens/github-token-manager.ts';
import type { GithubTokenManagerOptions } from '../../lib/enterprise/tokens/github-token-manager-options.ts';
import type { GithubTokens } from '../../lib/enterprise/tokens/github-token-provider.ts';
import { Secret } from '../../lib/oss/secret.ts';
import { JsonFileStore } from '../../lib/oss/storage/json-file-store.ts';

const HOUR = 3_600_000;
const KEYS = parseEncryptionKeys(`bench:${randomBytes(32).toString('base64')}`);

export interface ManagerOptions extends Partial<GithubTokenManagerOptions> {
  /** Where its documents are. */
  readonly folder: string;
  readonly github?: { readonly url: string; readonly apiUrl: string };
  readonly app?: { readonly clientId: string; readonly clientSecret: string };
}

/** A manager as the Enterprise edition makes it. Without a GitHub, it is one that is never to be asked. */
export function tokenManager({ folder, github, app, ...options }: ManagerOptions): GithubTokenManager {
  const { url, apiUrl } = github ?? { url: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' };
  const { clientId, clientSecret } = app ?? { clientId: 'id', clientSecret: 'secret' };
  const log = pino({ level: 'silent' });
  return new GithubTokenManager({
    documents: new JsonFileStore({ path: folder, log }),
    oauth: new GitHubOAuthClient({
      baseUrl: url,
      apiUrl,
      clientId,
      clientSecret: new Secret(clientSecret),
      ...(options.now && { now: options.now }),
    }),
    encryption: new DocumentCipher(KEYS),
    log,
    ...options,
  });
}

/** Tokens of the length of GitHub's, which last for eight hours. */
export function someTokens(): GithubTokens {
  const now = Date.now();
  return {
    accessToken: new Secret(`ghu_${randomBytes(18).toString('hex')}`),
    expiresAt: now + 8 * HOUR,
    refreshToken: new Secret(`ghr_${randomBytes(38).toString('hex')}`),
    refreshTokenExpiresAt: now + 4_416 * HOUR,
  };
}
