import { z } from 'zod';
import { MASK, Secret } from '../secret.ts';
import type { Settings } from './settings.ts';

/** A secret as posted: the mask and the empty string stand for "as it was". */
const secret = z
  .string()
  .transform((value) => value.trim())
  .transform((value) => (value === '' || value === MASK ? null : new Secret(value)))
  .nullish();

/** The body of `POST /api/settings`. Unknown fields are dropped. */
export const settingsUpdate = z.object({
  language: z.string().nullish(),
  agent: z.string().nullish(),
  security_analyzer: z.string().nullish(),
  llm_model: z.string().nullish(),
  llm_base_url: z.string().nullish(),
  max_iterations: z.int().nullish(),
  remote_runtime_resource_factor: z.int().nullish(),
  confirmation_mode: z.boolean().nullish(),
  user_consents_to_analytics: z.boolean().nullish(),
  enable_default_condenser: z.boolean().optional(),
  llm_api_key: secret,
  github_token: secret,
  /** Removes the token from Settings; applies last. */
  unset_github_token: z.boolean().nullish(),
});

/** What a client asks to be changed. A field that is left out keeps its stored value. */
export type SettingsUpdate = z.output<typeof settingsUpdate>;

/** In these, null means "as it was"; in every other field it clears. */
const NULL_KEEPS: ReadonlySet<string> = new Set<keyof Settings>([
  'llm_api_key',
  'github_token',
  'user_consents_to_analytics',
]);

/** The stored settings with an update applied: the merge rules of the HTTP contract, in one place. */
export function applyUpdate(stored: Settings, update: SettingsUpdate): Settings {
  const { unset_github_token: unset, ...fields } = update;
  const changed = Object.entries(fields).filter(
    ([field, value]) => value !== undefined && !(value === null && NULL_KEEPS.has(field)),
  );
  const merged = { ...stored, ...Object.fromEntries(changed) };
  return unset === true ? { ...merged, github_token: null } : merged;
}
