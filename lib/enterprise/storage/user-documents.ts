import type { DocumentStore } from '../../oss/storage/document-store.ts';

const PREFIX = 'users/github/';

/**
 * The key of a document of one user: `users/github/<github_user_id>/<name>`.
 *
 * @throws TypeError when it is no id.
 */
export function userDocumentKey(githubUserId: string, name: string): string {
  if (!/^\d{1,20}$/.test(githubUserId)) throw new TypeError('A github_user_id is a number in decimal.');
  return `${PREFIX}${githubUserId}/${name}`;
}

/** The ids of all users with a document of this name. */
export async function* userIdsWith(documents: DocumentStore, name: string): AsyncIterable<string> {
  for await (const id of idsBetween(documents, PREFIX, `/${name}`)) if (/^\d+$/.test(id)) yield id;
}

/** What stands between a prefix and a suffix, in the keys that have both. */
export async function* idsBetween(
  documents: DocumentStore,
  prefix: string,
  suffix: string,
): AsyncIterable<string> {
  for await (const key of documents.list(prefix)) {
    if (key.endsWith(suffix)) yield key.slice(prefix.length, -suffix.length);
  }
}
