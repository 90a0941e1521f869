import type { DocumentStore } from '../storage/document-store.ts';
import type { Settings } from './settings.ts';
import { documentFrom, settingsFrom } from './settings-document.ts';
import { applyUpdate, type SettingsUpdate } from './settings-update.ts';

/** The settings of one user: a document in the store. */
export class SettingsStore {
  readonly #documents: DocumentStore;
  readonly #key: string;

  /** @param key - of the document: `settings.json`, or `users/github/<github_user_id>/settings.json`. */
  constructor(documents: DocumentStore, key: string) {
    this.#documents = documents;
    this.#key = key;
  }

  /** The settings, or undefined when nothing has been stored yet. */
  async load(): Promise<Settings | undefined> {
    const document = await this.#documents.read(this.#key);
    return document && settingsFrom(document);
  }

  /**
   * Applies an update to what is stored by then, so that two tabs that save at once both count. What a newer
   * version has put into the document stays there.
   *
   * @throws LockTimeoutError when somebody else holds the document for too long; nothing is changed.
   */
  async update(update: SettingsUpdate): Promise<Settings> {
    return this.#documents.withLock(this.#key, async () => {
      const document = await this.#documents.read(this.#key);
      const settings = applyUpdate(settingsFrom(document ?? {}), update);
      await this.#documents.write(this.#key, { ...document, ...documentFrom(settings) });
      return settings;
    });
  }
}
