import { z } from 'zod';
import { Secret } from '../secret.ts';
import type { Document } from '../storage/document-store.ts';
import type { Settings } from './settings.ts';

// A file may be older than this program, newer, or edited by hand: a field of another type reads as unset.
const text = z.string().nullable().catch(null);
const integer = z.int().nullable().catch(null);
const flag = z.boolean().nullable().catch(null);
const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))
  .nullable()
  .catch(null);

const storedSettings = z.object({
  language: text,
  agent: text,
  security_analyzer: text,
  llm_model: text,
  llm_base_url: text,
  max_iterations: integer,
  remote_runtime_resource_factor: integer,
  confirmation_mode: flag,
  user_consents_to_analytics: flag,
  enable_default_condenser: z.boolean().catch(false),
  llm_api_key: secret,
  github_token: secret,
});

/**
 * Settings out of a stored document; out of an empty one, those of somebody who has never stored any. Fields that this
 * version does not know stay in the document.
 */
export function settingsFrom(document: Document): Settings {
  return storedSettings.parse(document);
}

/** The fields as they are stored: plain JSON, secrets in the clear (the file is 0600, as in the original). */
export function documentFrom(settings: Settings): Document {
  const reveal = (secret: Secret | null) => secret?.reveal() ?? null;
  return {
    ...settings,
    llm_api_key: reveal(settings.llm_api_key),
    github_token: reveal(settings.github_token),
  };
}
