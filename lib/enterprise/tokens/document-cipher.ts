import type * as Jose from 'jose';
import type { z } from 'zod';
import { loadJose } from '../load-jose.ts';
import type { EncryptionKeys } from './encryption-keys.ts';

/** A document that cannot be decrypted: under a key that is not configured, forged, or of another place. */
export class UnreadableDocumentError extends Error {
  constructor(key: string, why: string) {
    super(`${key} cannot be decrypted: ${why}`);
    this.name = 'UnreadableDocumentError';
  }
}

/** For a `catch` where a document that cannot be decrypted counts as none. Any other error goes on. */
export function nothingReadable(error: unknown): undefined {
  if (!(error instanceof UnreadableDocumentError)) throw error;
}

/**
 * Encrypts what a document keeps secret: JWE Compact Serialization, `dir` with A256GCM (RFC 7516; RFC 7518, sections
 * 4.5 and 5.3). The protected header names the key, and the document, as `aud`. So a ciphertext that is copied to
 * another user's document is refused there (claims in the header: RFC 7519, section 5.3).
 */
export class DocumentCipher {
  readonly #keys: EncryptionKeys;

  constructor(keys: EncryptionKeys) {
    this.#keys = keys;
  }

  /** The id of the key that new documents are encrypted with. */
  get kid(): string {
    return this.#keys[0].kid;
  }

  /** @param documentKey - where the result will be; it can be decrypted nowhere else. */
  async encrypt(documentKey: string, content: object): Promise<string> {
    const { CompactEncrypt } = await loadJose();
    const [{ kid, key }] = this.#keys;
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid, aud: documentKey })
      .encrypt(key);
  }

  /** @throws UnreadableDocumentError */
  async decrypt(
    documentKey: string,
    jwe: string,
  ): Promise<{ readonly content: unknown; readonly kid: string }> {
    const jose = await loadJose();
    const { kid, aud } = headerOf(jose, documentKey, jwe);
    const key = this.#keys.find((candidate) => candidate.kid === kid)?.key;
    if (kid === undefined || key === undefined) {
      throw new UnreadableDocumentError(
        documentKey,
        `no key with the id ${JSON.stringify(kid)} is configured.`,
      );
    }
    if (aud !== documentKey)
      throw new UnreadableDocumentError(documentKey, 'it was written for another place.');
    try {
      const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
      const { plaintext } = await jose.compactDecrypt(jwe, key, options);
      return { content: JSON.parse(new TextDecoder().decode(plaintext)), kid };
    } catch {
      // The original error is left out: it may quote what it could not parse.
      throw new UnreadableDocumentError(documentKey, 'it is forged or damaged.');
    }
  }

  /**
   * What a JWE holds, read by a schema.
   *
   * @param what - what it is to hold, for the message.
   * @throws UnreadableDocumentError also when it holds something else.
   */
  async open<Schema extends z.ZodType>(
    documentKey: string,
    jwe: string,
    schema: Schema,
    what: string,
  ): Promise<{ readonly content: z.output<Schema>; readonly kid: string }> {
    const { content, kid } = await this.decrypt(documentKey, jwe);
    const { success, data } = schema.safeParse(content);
    if (!success) throw new UnreadableDocumentError(documentKey, `it holds no ${what}.`);
    return { content: data, kid };
  }
}

function headerOf({ decodeProtectedHeader }: typeof Jose, documentKey: string, jwe: string) {
  try {
    return decodeProtectedHeader(jwe);
  } catch {
    throw new UnreadableDocumentError(documentKey, 'it is no JWE.');
  }
}
