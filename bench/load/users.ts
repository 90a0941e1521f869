/** Who is signed in, and what their settings are: the same for all contenders. */
import { pino } from 'pino';
import { SettingsStore } from '../../lib/oss/settings/settings-store.ts';
import { JsonFileStore } from '../../lib/oss/storage/json-file-store.ts';

export const USERS = Array.from({ length: 20 }, (_, index) => String(1_000 + index));

/** The store that `FILE_STORE_PATH` names. */
export function openStore(): JsonFileStore {
  return openStoreAt(process.env.FILE_STORE_PATH ?? '');
}

export function openStoreAt(path: string): JsonFileStore {
  return new JsonFileStore({ path, log: pino({ level: 'silent' }) });
}

export function settingsOf(documents: JsonFileStore, user: string): SettingsStore {
  return new SettingsStore(documents, `users/github/${user}/settings.json`);
}

/** Gives every user settings of their own. */
export async function storeSettings(path: string): Promise<void> {
  const documents = openStoreAt(path);
  for (const user of USERS) {
    await settingsOf(documents, user).update({ language: 'en', agent: 'CodeActAgent', max_iterations: 100 });
  }
  await documents.close();
}
