import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { userDocumentKey, userIdsWith } from '../storage/user-documents.ts';
import { UnreadableDocumentError } from '../tokens/document-cipher.ts';
import type { SettingsCipher } from './settings-cipher.ts';

const NAME = 'settings.json';

/** The key of the settings of one user: `users/github/<github_user_id>/settings.json`. */
export function settingsKey(githubUserId: string): string {
  return userDocumentKey(githubUserId, NAME);
}

/** The operator's side of the settings of all users: which secrets there are encrypted, and with which key. */
export class SettingsDocuments {
  readonly #documents: DocumentStore;
  readonly #cipher: SettingsCipher;

  constructor(documents: DocumentStore, cipher: SettingsCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
  }

  /** The ids of all users with settings. */
  userIds(): AsyncIterable<string> {
    return userIdsWith(this.#documents, NAME);
  }

  /** Why a secret of this user cannot be decrypted; `undefined` when all can. */
  async problem(githubUserId: string): Promise<string | undefined> {
    try {
      await this.#resealed(githubUserId);
      return undefined;
    } catch (error) {
      if (!(error instanceof UnreadableDocumentError)) throw error;
      return error.message;
    }
  }

  /**
   * @returns whether it had to be rewritten for its secrets to be encrypted with the first key.
   * @throws UnreadableDocumentError
   */
  async rewrite(githubUserId: string): Promise<boolean> {
    if ((await this.#resealed(githubUserId)) === undefined) return false;
    const key = settingsKey(githubUserId);
    return this.#documents.withLock(key, async () => {
      const document = await this.#resealed(githubUserId);
      if (document === undefined) return false;
      await this.#documents.write(key, document);
      return true;
    });
  }

  async #resealed(githubUserId: string) {
    const key = settingsKey(githubUserId);
    const document = await this.#documents.read(key);
    return document && this.#cipher.reseal(key, document);
  }
}
