import { z } from 'zod';
import { madeOnce } from '../made-once.ts';
import { MASK, Secret } from '../secret.ts';
import type { Settings } from './settings.ts';

/**
 * A secret as posted: null and the mask stand for "as it was".
 *
 * @param empty - what the empty string stands for: null clears, undefined keeps.
 */
const secret = (empty: null | undefined) =>
  z
    .string()
    .nullable()
    .transform((posted) => {
      const value = posted?.trim();
      if (value === '') return empty;
      return value === undefined || value === MASK ? undefined : new Secret(value);
    })
    .optional();

/** The body of `POST /api/settings`. Unknown fields are dropped. */
export const settingsUpdate = madeOnce(() =>
  z.object({
    language: z.string().nullish(),
    agent: z.string().nullish(),
    security_analyzer: z.string().nullish(),
    llm_model: z.string().nullish(),
    llm_base_url: z.string().nullish(),
    max_iterations: z.int().nullish(),
    remote_runtime_resource_factor: z.int().nullish(),
    confirmation_mode: z.boolean().nullish(),
    user_consents_to_analytics: z
      .boolean()
      .nullable()
      .transform((posted) => posted ?? undefined)
      .optional(),
    enable_default_condenser: z.boolean().optional(),
    /** The stock client's "Reset to defaults" posts it empty. */
    llm_api_key: secret(null),
    github_token: secret(undefined),
    /** Removes the token from Settings; applies last. */
    unset_github_token: z.boolean().nullish(),
  }),
);

/** What is to be changed. A field that is left out, or undefined, keeps its stored value; null clears. */
export type SettingsUpdate = z.output<ReturnType<typeof settingsUpdate>>;

/** The stored settings with an update applied: the merge rules of the HTTP contract, in one place. */
export function applyUpdate(stored: Settings, update: SettingsUpdate): Settings {
  const { unset_github_token: unset, ...fields } = update;
  const changed = Object.entries(fields).filter(([, value]) => value !== undefined);
  const merged = { ...stored, ...Object.fromEntries(changed) };
  return unset === true ? { ...merged, github_token: null } : merged;
}
