import type { Secret } from '../secret.ts';
import type { Document, DocumentStore } from '../storage/document-store.ts';
import type { RecentSettings } from './recent-settings.ts';
import type { Settings } from './settings.ts';
import { documentWith, settingsFrom } from './settings-document.ts';
import { plainSecrets, type SettingsSecrets } from './settings-secrets.ts';
import { applyUpdate, type SettingsUpdate } from './settings-update.ts';

/** The settings of one user: a document in the store. */
export class SettingsStore {
  readonly #documents: DocumentStore;
  readonly #key: string;
  readonly #secrets: SettingsSecrets;
  readonly #recent: RecentSettings | undefined;

  /**
   * @param key - of the document: `settings.json`, or `users/github/<github_user_id>/settings.json`
   * @param secrets - how the secrets in it are stored; in the clear unless given
   * @param recent - where settings are remembered for a moment; without it, they are read each time
   */
  constructor(
    documents: DocumentStore,
    key: string,
    secrets: SettingsSecrets = plainSecrets,
    recent?: RecentSettings,
  ) {
    this.#documents = documents;
    this.#key = key;
    this.#secrets = secrets;
    this.#recent = recent;
  }

  /** The settings if they are remembered, for those who need not wait. */
  peek(): Settings | undefined {
    return this.#recent?.peek(this.#key);
  }

  /** The settings, or undefined when nothing has been stored yet. */
  load(): Promise<Settings | undefined> {
    return this.#recent?.get(this.#key, () => this.#read()) ?? this.#read();
  }

  /**
   * Runs `fn` while nobody else changes the settings, but not if another GitHub token than `token` is in them by now.
   *
   * @throws LockTimeoutError when somebody else holds the document for too long; `fn` has not run.
   */
  async unlessReplaced(token: Secret, fn: () => Promise<void>): Promise<void> {
    await this.#documents.withLock(this.#key, async () => {
      const stored = (await this.#read())?.github_token;
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
      try {
        await this.#documents.write(this.#key, next);
      } finally {
        // Also when it failed: it may have come as far as the disk.
        this.#recent?.forget(this.#key);
      }
      return after;
    });
  }

  async #read(): Promise<Settings | undefined> {
    const document = await this.#documents.read(this.#key);
    return document && Object.freeze(settingsFrom(await this.#secrets.open(this.#key, document)));
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
