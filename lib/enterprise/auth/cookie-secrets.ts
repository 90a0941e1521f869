/** What cookies are signed with, when the operator has not set `COOKIE_SECRETS`. */
import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '../../oss/errors.ts';
import { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { generateOnce } from '../../oss/storage/generate-once.ts';

/** How many characters a secret has at least, wherever it comes from. */
export const SHORTEST_COOKIE_SECRET = 32;

const KEY = 'cookie_secrets.json';

/**
 * The secrets kept in the store; one is made at the first start.
 *
 * @throws ConfigurationError when somebody has changed the document into something else.
 */
export async function storedCookieSecrets(documents: DocumentStore): Promise<[Secret, ...Secret[]]> {
  const { secrets } = await generateOnce(documents, KEY, () => ({
    secrets: [randomBytes(48).toString('base64url')],
  }));
  if (!isListOfSecrets(secrets)) {
    throw new ConfigurationError(
      `${KEY} in the file store holds no secrets of at least ${SHORTEST_COOKIE_SECRET} characters each. ` +
        'Delete it for a new one, or set COOKIE_SECRETS.',
    );
  }
  const [first, ...others] = secrets;
  return [new Secret(first), ...others.map((secret) => new Secret(secret))];
}

function isListOfSecrets(value: unknown): value is [string, ...string[]] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'string' && item.length >= SHORTEST_COOKIE_SECRET)
  );
}
