import type { Secret } from '../secret.ts';

/** The fields of Settings, as the HTTP contract lists them. A set secret is a {@link Secret}. */
export interface Settings {
  readonly language: string | null;
  readonly agent: string | null;
  readonly security_analyzer: string | null;
  readonly llm_model: string | null;
  readonly llm_base_url: string | null;
  readonly max_iterations: number | null;
  readonly remote_runtime_resource_factor: number | null;
  readonly confirmation_mode: boolean | null;
  readonly user_consents_to_analytics: boolean | null;
  readonly enable_default_condenser: boolean;
  readonly llm_api_key: Secret | null;
  readonly github_token: Secret | null;
}

/** What a client is shown: everything but the GitHub token, of which it learns only whether there is one. */
export type ShownSettings = Omit<Settings, 'github_token'> & { readonly github_token_is_set: boolean };

/**
 * Settings as `GET /api/settings` shows them. Serialized as JSON, a set secret is `**********`.
 *
 * @param githubTokenIsSet - what the edition says: in OSS a token in Settings, in Enterprise a signed-in user.
 */
export function showSettings(settings: Settings, githubTokenIsSet: boolean): ShownSettings {
  const { github_token, ...shown } = settings;
  return { ...shown, github_token_is_set: githubTokenIsSet };
}
