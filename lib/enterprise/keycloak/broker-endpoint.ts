import type { KeycloakEnvironment } from './environment.ts';

/** Where GitHub sends browsers whose sign-in a Keycloak has begun: the first callback URL of the GitHub App then. */
export function brokerEndpoint(environment: KeycloakEnvironment): string {
  const { KEYCLOAK_IDP_HINT: alias, KEYCLOAK_REALM_NAME: realm } = environment;
  const url = environment.KEYCLOAK_SERVER_URL_EXT ?? environment.KEYCLOAK_SERVER_URL;
  return `${url}/realms/${encodeURIComponent(realm)}/broker/${alias}/endpoint`;
}
