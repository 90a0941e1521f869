import { z } from 'zod';
import { madeOnce } from '../made-once.ts';
import { Secret } from '../secret.ts';
import type { Document } from '../storage/document-store.ts';
import type { Settings } from './settings.ts';
import { isPlainSecret } from './settings-secrets.ts';

// A file may be older than this program, newer, or edited by hand: a field of another type reads as unset.
const storedSettings = madeOnce(() => {
  const text = z.string().nullable().catch(null);
  const integer = z.int().nullable().catch(null);
  const flag = z.boolean().nullable().catch(null);
  const secret = z
    .string()
    .refine(isPlainSecret)
    .transform((value) => new Secret(value))
    .nullable()
    .catch(null);
  return z.object({
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
});

/**
 * Settings out of a stored document; out of an empty one, those of somebody who has never stored any. Fields that this
 * version does not know stay in the document.
 */
export function settingsFrom(document: Document): Settings {
  return storedSettings().parse(document);
}

/**
 * The document with what has changed between two readings of it. All else stays as it is, also what another version has
 * stored in another type, which reads as unset.
 */
export function documentWith(document: Document, before: Settings, after: Settings): Document {
  const fields = Object.entries(after) as [keyof Settings, unknown][];
  const changed = fields
    .filter(([field, value]) => value !== before[field] || !(field in document))
    .map(([field, value]) => [field, value instanceof Secret ? value.reveal() : value] as const);
  const merged: Document = { ...document, ...Object.fromEntries(changed) };
  // The original server reads this file as well, and takes no null here.
  return { ...merged, llm_api_key: merged.llm_api_key ?? '' };
}
