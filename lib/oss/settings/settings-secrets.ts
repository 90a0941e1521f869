import { MASK } from '../secret.ts';
import type { Document } from '../storage/document-store.ts';

/** The fields of Settings that are secrets. */
export const SECRET_FIELDS = ['llm_api_key', 'github_token'] as const;

/** How the secrets in a document of Settings are stored. */
export interface SettingsSecrets {
  /** The document with its secrets in the clear, as far as they can be read. */
  open(key: string, document: Document): Promise<Document>;
  /** The document as it is to be stored. What is sealed already, or is no secret, stays as it is. */
  seal(key: string, document: Document): Promise<Document>;
}

/** In the clear, as the original server reads them: the file is for its owner only. */
export const plainSecrets: SettingsSecrets = {
  open: (_key, document) => Promise.resolve(document),
  seal: (_key, document) => Promise.resolve(document),
};

/** Whether a stored value is a secret in the clear. An older server may have stored the mask that it had shown. */
export function isPlainSecret(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== MASK;
}
