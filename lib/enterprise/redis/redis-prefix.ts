/** What every key of a deployment begins with. */
import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../oss/errors.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { generateOnce } from '../../oss/storage/generate-once.ts';

/** Names the store, however a process has reached it: the address of a database may be written in many ways. */
const STORE_ID = 'store_id.json';

/** Characters that mean nothing in a pattern of an ACL rule, nor to a cluster. */
const PLAIN = /^[\w:.-]{1,64}$/;
/** What to say of a `REDIS_PREFIX` that {@link isRedisPrefix} refuses. */
export const REDIS_PREFIX_EXPECTED =
  'must be 1 to 64 letters, digits and characters of : . _ - such as acme:';

export function isRedisPrefix(text: string): boolean {
  return PLAIN.test(text);
}

export interface RedisPrefixOptions {
  readonly documents: DocumentStore;
  /** Of the GitHub App. */
  readonly clientId: string;
  /** `REDIS_PREFIX` */
  readonly given: string | undefined;
}

/**
 * Deployments on one Redis must not count each other's clients, nor pause for each other's GitHub App. So keys begin with
 * what tells deployments apart: the App and the store, or what the operator has given.
 *
 * Only what is in braces decides where a Redis Cluster keeps a key, so all keys of a deployment lie together.
 *
 * @throws ConfigurationError when somebody has changed the document that names the store into something else.
 */
export async function redisPrefix({ documents, clientId, given }: RedisPrefixOptions): Promise<string> {
  if (given !== undefined) return `${given}{openhands}:`;
  const { id } = await generateOnce(documents, STORE_ID, () => ({ id: randomUUID() }));
  if (typeof id !== 'string' || !PLAIN.test(id)) {
    throw new ConfigurationError(`${STORE_ID} in the store holds no id. Delete it for a new one.`);
  }
  return `openhands:{${clientId.replaceAll(/[^\w.-]/g, '_')}:${id}}:`;
}
