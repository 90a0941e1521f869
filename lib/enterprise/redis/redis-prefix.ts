/** What every key of a deployment begins with. */
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { markStore } from '../../oss/storage/store-marker.ts';

/** Characters that mean nothing in a pattern of an ACL rule, nor to a cluster. */
const PLAIN = /^[\w:.-]{1,64}$/;
const NOT_PLAIN = /[^\w.-]/g;
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
 */
export async function redisPrefix({ documents, clientId, given }: RedisPrefixOptions): Promise<string> {
  if (given !== undefined) return `${given}{openhands}:`;
  // However a process has reached it: the address of a database may be written in many ways.
  const { store_id } = await markStore(documents);
  return `openhands:{${clientId.replaceAll(NOT_PLAIN, '_')}:${store_id.replaceAll(NOT_PLAIN, '_')}}:`;
}
