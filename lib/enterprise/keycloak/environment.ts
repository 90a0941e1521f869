/** What the edition behind a Keycloak reads from the environment besides what the Enterprise edition reads. */
import { z } from 'zod';
import { baseUrl, duration } from '../../oss/environment.ts';
import { type EnvironmentVariables, readGroup, type VariableGroup } from '../../oss/read-variables.ts';
import { Secret } from '../../oss/secret.ts';

const keycloakEnvironment = z.object({
  KEYCLOAK_SERVER_URL: baseUrl.describe('Where this server reaches Keycloak.'),
  KEYCLOAK_SERVER_URL_EXT: baseUrl
    .optional()
    .describe("Where browsers reach Keycloak, if that is another address: Keycloak's own hostname."),
  KEYCLOAK_REALM_NAME: z.string().describe('The name of the realm.'),
  KEYCLOAK_CLIENT_ID: z.string().describe("The ID of this server's client in the realm."),
  KEYCLOAK_CLIENT_SECRET: z
    .string()
    .transform((value) => new Secret(value))
    .describe('The secret of that client.'),
  KEYCLOAK_IDP_HINT: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('github')
    .describe('The alias of the identity provider that is GitHub in the realm.'),
  KEYCLOAK_TOKEN_CUSTODY: z
    .enum(['manager', 'keycloak'])
    .default('manager')
    .describe('Who keeps the GitHub tokens of users: this server (manager), or Keycloak (keycloak).'),
  KEYCLOAK_CHECK_EVERY: duration('1s', '1d', '5m')
    .prefault('5m')
    .describe('How often at most Keycloak is asked whether the session of a user goes on, from 1s to 1d.'),
});

/** Under the names of the variables, checked and with defaults; `KEYCLOAK_CHECK_EVERY` in milliseconds. */
export type KeycloakEnvironment = Readonly<z.output<typeof keycloakEnvironment>>;

const EXPECTATIONS: Readonly<Record<string, string>> = {
  KEYCLOAK_SERVER_URL: 'must be set to the address of Keycloak, such as https://keycloak.example.com.',
  KEYCLOAK_SERVER_URL_EXT: 'must be the http or https address at which browsers reach Keycloak.',
  KEYCLOAK_REALM_NAME: 'must be set to the name of the realm.',
  KEYCLOAK_CLIENT_ID: "must be set to the ID of this server's client in the realm.",
  KEYCLOAK_CLIENT_SECRET: 'must be set to the secret of that client.',
  KEYCLOAK_IDP_HINT: 'must be the alias of the identity provider that is GitHub in the realm.',
  KEYCLOAK_TOKEN_CUSTODY: "must be manager (this server keeps GitHub's tokens) or keycloak (Keycloak does).",
};

/** The variables of the Enterprise edition behind a Keycloak. */
export const KEYCLOAK_VARIABLES: VariableGroup<typeof keycloakEnvironment> = {
  title: 'The Enterprise edition behind a Keycloak',
  schema: () => keycloakEnvironment,
  expectations: EXPECTATIONS,
};

/**
 * Reads the variables of Keycloak, under the names that OpenHands has for them.
 *
 * @throws ConfigurationError one line that names every variable that is missing or has a bad value.
 */
export function readKeycloakEnvironment(env: EnvironmentVariables): KeycloakEnvironment {
  return readGroup(KEYCLOAK_VARIABLES, env);
}
