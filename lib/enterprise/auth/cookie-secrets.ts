/** What cookies are signed with, when the operator has not set `COOKIE_SECRETS`. */
import { randomBytes } from 'node:crypto';

import { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';

const KEY = 'cookie_secrets.json';

/** The secret kept in the store, made at the first start. Two processes that start at once get the same one. */
export async function storedCookieSecrets(documents: DocumentStore): Promise<[Secret, ...Secret[]]> {
  return documents.withLock(KEY, async () => {
    const stored = (await documents.read(KEY))?.secrets;
    if (Array.isArray(stored)) {
      const [first, ...others] = stored
        .filter((secret) => typeof secret === 'string')
        .map((it) => new Secret(it));
      if (first !== undefined) return [first, ...others];
    }
    const secret = randomBytes(48).toString('base64url');
    await documents.write(KEY, { secrets: [secret] });
    return [new Secret(secret)];
  });
}
