/** The Enterprise edition: `OPENHANDS_CONFIG_CLS=openhands-express/enterprise#SaasServerConfig`. */
import './request-state.ts';

export { SaasServerConfig } from './saas-server-config.ts';
export { KeycloakServerConfig } from './keycloak/keycloak-server-config.ts';
export { KEYCLOAK_ERROR_CODES } from './keycloak/error-codes.ts';
export type { KeycloakEnvironment } from './keycloak/environment.ts';
export { SAAS_ERROR_CODES } from './error-codes.ts';
export { SaaSGitHubService, type SaaSGitHubServiceOptions } from './github/saas-github-service.ts';
export {
  SignedOutError,
  type GithubTokenProvider,
  type GithubTokens,
} from './tokens/github-token-provider.ts';
export type { AuthClaims, AuthCookieReading } from './auth/auth-cookie.ts';
export type { SignedValueLifetime } from './auth/signed-values.ts';
export type { SaasEnvironment } from './environment.ts';
export type {
  EndedRequest,
  RefreshOutcome,
  ServerMetrics,
  StoreOperation,
} from './metrics/server-metrics.ts';
