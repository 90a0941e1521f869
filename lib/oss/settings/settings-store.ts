import type { Secret } from '../secret.ts';
import type { Document, DocumentStore } from '../storage/document-store.ts';
import type { Settings } from './settings.ts';
import { documentWith, settingsFrom } from './settings-document.ts';
import { plainSecrets, type SettingsSecrets } from './settings-secrets.ts';
import { applyUpdate, type SettingsUpdate } from './settings-update.ts';

/** The settings of one user: a document in the store. */
export class SettingsStore {
  readonly #documents: DocumentStore;
  readonly #key: string;
  readonly #secrets: SettingsSecrets;

  /**
   * @param key - of the document: `settings.json`, or `users/github/<github_user_id>/settings.json`
   * @param secrets - how the secrets in it are stored; in the clear unless given
   */
  constructor(documents: DocumentStore, key: string, secrets: SettingsSecrets = plainSecrets) {
    this.#documents = documents;
    this.#key = key;
    this.#secrets = secrets;
  }

  /** The settings, or undefined when nothing has been stored yet. */
  async load(): Promise<Settings | undefined> {
    const document = await this.#documents.read(this.#key);
    return document && settingsFrom(await this.#secrets.open(this.#key, document));
  }

  /**
   * Runs `fn` while nobody else changes the settings, but not if another GitHub token than `token` is in them by now.
   *
   * @throws LockTimeoutError when somebody else holds the document for too long; `fn` has not run.
   */
  async unlessReplaced(token: Secret, fn: () => Promise<void>): Promise<void> {
    await this.#documents.withLock(this.#key, async () => {
      const stored = (await this.load())?.github_token;
      if (!stored || stored.equals(token)) await fn();
    });
  }

  /**
   * Applies an update to what is stored by then, so that two tabs that save at once both count. What another version
   * has put into the document stays there.
   *
   * @throws LockTimeoutError when somebody else holds the document for too long; nothing is changed.
   */
  async update(update: SettingsUpdate): Promise<Settings> {
    return this.#documents.withLock(this.#key, async () => {
      const document = (await this.#documents.read(this.#key)) ?? {};
      const before = settingsFrom(await this.#secrets.open(this.#key, document));
      const after = applyUpdate(before, update);
      const kept = withoutCleared(document, update);
      const next = await this.#secrets.seal(this.#key, documentWith(kept, before, after));
      await this.#documents.write(this.#key, next);
      return after;
    });
  }
}

/** Secrets that are to be gone are so also where they could not be read: their key may come back. */
function withoutCleared(document: Document, update: SettingsUpdate): Document {
  return {
    ...document,
    ...(update.llm_api_key === null && { llm_api_key: null }),
    ...(update.unset_github_token === true && { github_token: null }),
  };
}
