import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { userAnswer } from '../github/answers.ts';
import type { GitHubUser } from '../github/github-service.ts';
import type { Secret } from '../secret.ts';
import type { DocumentStore } from '../storage/document-store.ts';

/**
 * The GitHub profile last seen for one identity, kept so that it can be shown while GitHub does not give it. A profile that
 * was kept for another identity is never given out.
 */
export class LastProfile {
  readonly #documents: DocumentStore;
  readonly #key: string;
  readonly #identity: string;

  /**
   * @param key - of the document.
   * @param identity - whose profile it is, such as a `github_user_id`. It is stored: it must not be a secret.
   */
  constructor(documents: DocumentStore, key: string, identity: string) {
    this.#documents = documents;
    this.#key = key;
    this.#identity = identity;
  }

  /** The profile of the user whom a token belongs to. Only a digest of the token is stored. */
  static ofToken(documents: DocumentStore, key: string, token: Secret): LastProfile {
    return new LastProfile(documents, key, createHash('sha256').update(token.reveal()).digest('hex'));
  }

  async recall(): Promise<GitHubUser | undefined> {
    const document = await this.#documents.read(this.#key);
    return document?.identity === this.#identity ? userAnswer.safeParse(document.profile).data : undefined;
  }

  /** Keeps a profile that was seen. Should that fail, the log says so, and the caller goes on. */
  async seen(profile: GitHubUser, log: Logger): Promise<void> {
    try {
      await this.remember(profile);
    } catch (err) {
      log.error({ err }, 'A profile could not be kept');
    }
  }

  /** Keeps a profile, unless it is the one already kept: profiles seldom change, and a write is durable, thus slow. */
  async remember(profile: GitHubUser): Promise<void> {
    if (isDeepStrictEqual(await this.recall(), profile)) return;
    await this.#documents.write(this.#key, { identity: this.#identity, profile });
  }
}
