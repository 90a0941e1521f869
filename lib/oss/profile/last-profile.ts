import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { userAnswer } from '../github/answers.ts';
import type { GitHubUser } from '../github/github-service.ts';
import type { Secret } from '../secret.ts';
import type { DocumentStore } from '../storage/document-store.ts';

/** Runs something while an identity cannot change; not at all, if it has been replaced by another one. */
export type WhileCurrent = (fn: () => Promise<void>) => Promise<void>;

/**
 * The GitHub profile last seen for one identity, kept so that it can be shown while GitHub does not give it. A profile that
 * was kept for another identity is never given out.
 */
export class LastProfile {
  readonly #documents: DocumentStore;
  readonly #key: string;
  readonly #identity: string;
  readonly #whileCurrent: WhileCurrent;

  /**
   * @param key - of the document.
   * @param identity - whose profile it is, such as a `github_user_id`. It is stored: it must not be a secret.
   * @param whileCurrent - for a key that identities share one after the other: GitHub may answer for the old one when the
   * profile of the new one is already kept.
   */
  constructor(
    documents: DocumentStore,
    key: string,
    identity: string,
    whileCurrent: WhileCurrent = (fn) => fn(),
  ) {
    this.#documents = documents;
    this.#key = key;
    this.#identity = identity;
    this.#whileCurrent = whileCurrent;
  }

  /** The profile of the user whom a token belongs to. Only a digest of the token is stored. */
  static ofToken(
    documents: DocumentStore,
    key: string,
    token: Secret,
    whileCurrent?: WhileCurrent,
  ): LastProfile {
    const identity = createHash('sha256').update(token.reveal()).digest('hex');
    return new LastProfile(documents, key, identity, whileCurrent);
  }

  async recall(): Promise<GitHubUser | undefined> {
    const document = await this.#documents.read(this.#key);
    return document?.identity === this.#identity ? userAnswer().safeParse(document.profile).data : undefined;
  }

  /** Keeps a profile that was seen. Should that fail, the log says so, and the caller goes on. */
  async seen(profile: GitHubUser, log: Logger): Promise<void> {
    try {
      await this.remember(profile);
    } catch (err) {
      log.error({ err }, 'A profile could not be kept');
    }
  }

  /**
   * Keeps a profile, unless it is kept already, since a write is durable, thus slow; or its identity is no longer the
   * current one.
   */
  async remember(profile: GitHubUser): Promise<void> {
    if (isDeepStrictEqual(await this.recall(), profile)) return;
    await this.#whileCurrent(() => this.#documents.write(this.#key, { identity: this.#identity, profile }));
  }
}
