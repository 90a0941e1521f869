import { z } from 'zod';

import { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { DocumentCipher } from './document-cipher.ts';
import type { GithubTokens } from './github-token-provider.ts';

const content = z.object({
  access_token: z.string(),
  expires_at: z.number().optional(),
  refresh_token: z.string().optional(),
  refresh_token_expires_at: z.number().optional(),
});

/** The users' token documents: encrypted, one for each user. */
export class TokenDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: DocumentCipher;

  constructor(documents: DocumentStore, cipher: DocumentCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  /** @throws UnreadableDocumentError when the document is under an unknown key, or forged. */
  async load(githubUserId: string): Promise<GithubTokens | undefined> {
    const key = keyOf(githubUserId);
    const document = await this.#documents.read(key);
    if (typeof document?.jwe !== 'string') return undefined;
    const tokens = content.parse((await this.#cipher.decrypt(key, document.jwe)).content);
    return {
      accessToken: new Secret(tokens.access_token),
      ...(tokens.expires_at !== undefined && { expiresAt: tokens.expires_at }),
      ...(tokens.refresh_token !== undefined && { refreshToken: new Secret(tokens.refresh_token) }),
      ...(tokens.refresh_token_expires_at !== undefined && {
        refreshTokenExpiresAt: tokens.refresh_token_expires_at,
      }),
    };
  }

  /** Durable when it resolves. */
  async save(githubUserId: string, tokens: GithubTokens): Promise<void> {
    const key = keyOf(githubUserId);
    const jwe = await this.#cipher.encrypt(key, {
      access_token: tokens.accessToken.reveal(),
      expires_at: tokens.expiresAt,
      refresh_token: tokens.refreshToken?.reveal(),
      refresh_token_expires_at: tokens.refreshTokenExpiresAt,
    });
    await this.#documents.write(key, { jwe });
  }

  async delete(githubUserId: string): Promise<void> {
    await this.#documents.delete(keyOf(githubUserId));
  }

  /** Runs `fn` while nobody else, in this process or another, changes this user's tokens. */
  withLock<T>(githubUserId: string, fn: () => Promise<T>): Promise<T> {
    return this.#documents.withLock(keyOf(githubUserId), fn, { waitMs: LOCK_WAIT_MS });
  }
}

/** Longer than the holder's slowest call to GitHub, twice 10 s, so that who waits does not give up before it ends. */
const LOCK_WAIT_MS = 30_000;

function keyOf(githubUserId: string): string {
  return `users/github/${githubUserId}/github_token.json`;
}
