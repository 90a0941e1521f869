/** A GithubTokenManager on real files, beside a fake GitHub with the same clock; several of them stand for processes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { GitHubOAuthClient } from '../../../lib/enterprise/github/github-oauth-client.ts';
import { SaaSGitHubService } from '../../../lib/enterprise/github/saas-github-service.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { GithubTokenManager } from '../../../lib/enterprise/tokens/github-token-manager.ts';
import type { GithubTokenManagerOptions } from '../../../lib/enterprise/tokens/github-token-manager-options.ts';
import type { GithubTokens } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import { errorForLog } from '../../../lib/oss/error-for-log.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import type { DocumentStore } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { FakeGitHub, type FakeGitHubOptions } from '../../../lib/testing/index.ts';

export const ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 1).toString('base64')}`;

/** What one manager may have otherwise than the others. */
export interface ManagerOptions extends Partial<GithubTokenManagerOptions> {
  /** Of the OAuth client; 1,000 milliseconds, so that a GitHub that hangs does not hold up the tests. */
  readonly timeoutMs?: number;
  readonly clientSecret?: string;
}

export class Custody {
  readonly github: FakeGitHub;
  readonly folder: string;
  readonly logged: string[] = [];
  readonly log: Logger;
  readonly #open: { close(): Promise<void> }[] = [];

  private constructor(github: FakeGitHub, folder: string) {
    this.github = github;
    this.folder = folder;
    this.log = pino(
      { level: 'trace', serializers: { err: errorForLog } },
      { write: (line: string) => void this.logged.push(line) },
    );
  }

  static async set(options: FakeGitHubOptions = {}): Promise<Custody> {
    const github = await FakeGitHub.listen(options);
    return new Custody(github, await mkdtemp(join(tmpdir(), 'custody-')));
  }

  /** Over files that others use as well, who close GitHub and remove the files. */
  static at(github: FakeGitHub, folder: string): Custody {
    return new Custody(github, folder);
  }

  /** A store over the same files, as another process would have it. */
  documents(): JsonFileStore {
    return new JsonFileStore({ path: this.folder, log: this.log });
  }

  oauth(options: { timeoutMs?: number; clientSecret?: string; now?: () => number } = {}): GitHubOAuthClient {
    const {
      timeoutMs = 1_000,
      clientSecret = this.github.app.clientSecret,
      now = this.github.clock.now,
    } = options;
    return new GitHubOAuthClient({
      clientId: this.github.app.clientId,
      clientSecret: new Secret(clientSecret),
      baseUrl: this.github.url,
      apiUrl: this.github.apiUrl,
      timeoutMs,
      now,
    });
  }

  /** GitHub, as a process reaches it to whom something happens when its pair was rotated, or was not. */
  oauthThen(
    onIssued: () => unknown,
    onRefused: () => unknown = () => undefined,
  ): GithubTokenManagerOptions['oauth'] {
    const oauth = this.oauth();
    return {
      knows: (token) => oauth.knows(token),
      revokeGrant: (token) => oauth.revokeGrant(token),
      refresh: async (token) => {
        const issued = await oauth.refresh(token).catch(async (error: unknown) => {
          await onRefused();
          throw error;
        });
        await onIssued();
        return issued;
      },
    };
  }

  /** A manager over the same files, as another process would have it. */
  manager({ timeoutMs, clientSecret, ...options }: ManagerOptions = {}): GithubTokenManager {
    const now = options.now ?? this.github.clock.now;
    const documents: DocumentStore = options.documents ?? this.documents();
    const manager = new GithubTokenManager({
      documents,
      oauth: this.oauth({ ...(timeoutMs && { timeoutMs }), ...(clientSecret && { clientSecret }), now }),
      encryption: new DocumentCipher(parseEncryptionKeys(ENCRYPTION_KEYS)),
      log: this.log,
      now,
      ...options,
    });
    this.#open.push(manager);
    return manager;
  }

  service(tokens: GithubTokenManager, login: string, replicaLagMs = 20): SaaSGitHubService {
    const { apiUrl, clock } = this.github;
    return new SaaSGitHubService({
      apiUrl,
      githubUserId: this.userId(login),
      tokens,
      log: this.log,
      replicaLagMs,
      now: clock.now,
    });
  }

  userId(login: string): string {
    return String(this.github.directory.user(login).id);
  }

  /** What the exchange of a code gives for this user. */
  issue(login: string): GithubTokens {
    const pair = this.github.tokens.issuePair(login);
    const now = this.github.clock.now();
    return {
      accessToken: new Secret(pair.access_token),
      ...(pair.expires_in !== undefined && { expiresAt: now + pair.expires_in * 1000 }),
      ...(pair.refresh_token !== undefined && { refreshToken: new Secret(pair.refresh_token) }),
      ...(pair.refresh_token_expires_in !== undefined && {
        refreshTokenExpiresAt: now + pair.refresh_token_expires_in * 1000,
      }),
    };
  }

  /** Whether GitHub lets a token in now, and whose it is. */
  worksFor(token: Secret): string | undefined {
    return this.github.tokens.holder(token.reveal())?.login;
  }

  /** The token document of a user as it is on the disk, or `undefined` when there is none. */
  async document(login: string): Promise<Record<string, unknown> | undefined> {
    try {
      return JSON.parse(await readFile(this.path(login), 'utf8')) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }

  path(login: string): string {
    return join(this.folder, 'users/github', this.userId(login), 'github_token.json');
  }

  /** Closes the managers and GitHub, and removes the files. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map((manager) => manager.close()));
    await this.github.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
