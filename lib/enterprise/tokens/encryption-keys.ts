import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import type { DocumentStore } from '../../oss/storage/document-store.ts';
import { generateOnce } from '../../oss/storage/generate-once.ts';

const KEY_BYTES = 32;
const ENTRY = /^(?<kid>[A-Za-z0-9_-]{1,64}):(?<key>[A-Za-z0-9+/]{43}=)$/;
const GENERATED = 'token_encryption_keys.json';

const generatedKeys = z.object({ keys: z.string() });

/** A 256-bit key and the id that documents under it name. */
export interface EncryptionKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** At least one; the first encrypts, all decrypt. */
export type EncryptionKeys = readonly [EncryptionKey, ...EncryptionKey[]];

/**
 * Reads `TOKEN_ENCRYPTION_KEYS`: `kid:base64` of 32 bytes each, comma-separated.
 *
 * @throws ConfigurationError that says what is wrong, and not what the value is.
 */
export function parseEncryptionKeys(value: string): EncryptionKeys {
  const read = readEncryptionKeys(value);
  if ('complaint' in read) throw new ConfigurationError(`TOKEN_ENCRYPTION_KEYS ${read.complaint}`);
  return read.keys;
}

/** As {@link parseEncryptionKeys}, but gives what is wrong to somebody who has more to say. */
export function readEncryptionKeys(
  value: string,
): { readonly keys: EncryptionKeys } | { readonly complaint: string } {
  const entries = value.split(',').map((entry) => ENTRY.exec(entry.trim())?.groups);
  const keys: EncryptionKey[] = [];
  for (const [index, entry] of entries.entries()) {
    const { kid, key } = entry ?? {};
    if (kid === undefined || key === undefined) {
      return {
        complaint:
          `must be kid:base64 of ${KEY_BYTES} bytes each, comma-separated, and entry ${index + 1} is not; ` +
          'make one with: echo "k1:$(openssl rand -base64 32)"',
      };
    }
    if (keys.some((other) => other.kid === kid)) return { complaint: `has the key id ${kid} twice.` };
    keys.push({ kid, key: createSecretKey(key, 'base64') });
  }
  return { keys: keys as [EncryptionKey, ...EncryptionKey[]] };
}

/**
 * The configured keys; without any, one that is made once and kept in `documents`. Give the file store for that: a key
 * beside what it encrypts in a database protects nothing.
 */
export async function loadEncryptionKeys(
  documents: DocumentStore,
  configured: Secret | undefined,
): Promise<EncryptionKeys> {
  if (configured !== undefined) return parseEncryptionKeys(configured.reveal());
  const document = await generateOnce(documents, GENERATED, () => {
    const kid = `generated-${randomBytes(4).toString('hex')}`;
    return { keys: `${kid}:${randomBytes(KEY_BYTES).toString('base64')}` };
  });
  const { success, data } = generatedKeys.safeParse(document);
  if (success) return parseEncryptionKeys(data.keys);
  throw new ConfigurationError(`${GENERATED} in the file store holds no keys: set TOKEN_ENCRYPTION_KEYS.`);
}
