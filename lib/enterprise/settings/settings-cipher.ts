import type { Logger } from 'pino';
import { z } from 'zod';
import { isPlainSecret, SECRET_FIELDS, type SettingsSecrets } from '../../oss/settings/settings-secrets.ts';
import type { Document } from '../../oss/storage/document-store.ts';
import { type DocumentCipher, UnreadableDocumentError } from '../tokens/document-cipher.ts';

/** How a secret is stored: an object, so that nothing that a user has posted can be taken for it. */
const sealedSecret = z.strictObject({ jwe: z.string() });

type SecretField = (typeof SECRET_FIELDS)[number];

/**
 * Encrypts the secrets of Settings as the tokens are. Each names its field inside the encryption, so that one cannot be
 * put in the place of another: the token would otherwise be sent to whatever address answers for the LLM.
 */
export class SettingsCipher implements SettingsSecrets {
  readonly #cipher: DocumentCipher;
  readonly #log: Logger;

  constructor(cipher: DocumentCipher, log: Logger) {
    this.#cipher = cipher;
    this.#log = log;
  }

  /** A secret that cannot be decrypted counts as unset, and the log says why: all other settings are still of use. */
  async open(key: string, document: Document): Promise<Document> {
    const opened = { ...document };
    for (const field of SECRET_FIELDS) {
      try {
        const secret = await this.#decrypt(key, field, document[field]);
        if (secret !== undefined) opened[field] = secret.value;
      } catch (err) {
        if (!(err instanceof UnreadableDocumentError)) throw err;
        this.#log.error({ err, field }, 'A secret in settings cannot be read');
        opened[field] = null;
      }
    }
    return opened;
  }

  async seal(key: string, document: Document): Promise<Document> {
    const sealed = { ...document };
    for (const field of SECRET_FIELDS) {
      const value = document[field];
      if (isPlainSecret(value)) sealed[field] = await this.#encrypt(key, field, value);
    }
    return sealed;
  }

  /**
   * The document with all its secrets under the first key.
   *
   * @returns `undefined` when they are already.
   * @throws UnreadableDocumentError when one of them cannot be decrypted.
   */
  async reseal(key: string, document: Document): Promise<Document | undefined> {
    const resealed = await this.seal(key, document);
    let isChanged = SECRET_FIELDS.some((field) => resealed[field] !== document[field]);
    for (const field of SECRET_FIELDS) {
      const secret = await this.#decrypt(key, field, document[field]);
      if (secret === undefined || secret.kid === this.#cipher.kid) continue;
      resealed[field] = await this.#encrypt(key, field, secret.value);
      isChanged = true;
    }
    return isChanged ? resealed : undefined;
  }

  async #encrypt(key: string, field: SecretField, value: string): Promise<z.input<typeof sealedSecret>> {
    return { jwe: await this.#cipher.encrypt(key, { [field]: value }) };
  }

  /** @returns `undefined` for what is not sealed. */
  async #decrypt(key: string, field: SecretField, stored: unknown) {
    const sealed = sealedSecret.safeParse(stored);
    if (!sealed.success) return undefined;
    const { content, kid } = await this.#cipher.decrypt(key, sealed.data.jwe);
    const value = (content as Partial<Record<string, unknown>> | null)?.[field];
    if (typeof value !== 'string') throw new UnreadableDocumentError(key, `it holds no ${field}.`);
    return { value, kid };
  }
}
