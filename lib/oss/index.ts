/** The OSS edition, and what other editions build on. */
import './request-state.ts';

export {
  ServerConfig,
  type ClientOptions,
  type GitHubPatience,
  type ServerConfigOptions,
} from './server-config.ts';
export { loadServerConfig } from './load-server-config.ts';
export type { ConversationManager } from './conversation-manager.ts';
export type { Environment } from './environment.ts';
export { readVariables, type EnvironmentVariables, type VariableGroup } from './read-variables.ts';
// `export *`, not a list of names: so can `declare module` merge tables into ErrorCodeTables through this module.
export * from './error-codes.ts';
export {
  ConfigurationError,
  HttpError,
  type ConfigurationErrorOptions,
  type HttpErrorOptions,
  type ValidationDetail,
} from './errors.ts';
export { MASK, Secret } from './secret.ts';
export type { RecentSettings } from './settings/recent-settings.ts';
export type { Settings } from './settings/settings.ts';
export type { SettingsSecrets } from './settings/settings-secrets.ts';
export { SettingsStore } from './settings/settings-store.ts';
export type { SettingsUpdate } from './settings/settings-update.ts';
export {
  LockTimeoutError,
  type Document,
  type DocumentStore,
  type LockOptions,
  type VerifyOptions,
} from './storage/document-store.ts';
export type { RecentReads, RecentReadsOptions } from './storage/recent-reads.ts';
export { JsonFileStore, type JsonFileStoreOptions } from './storage/json-file-store.ts';
export {
  GitHubService,
  type GitHubServiceOptions,
  type GitHubUser,
  type RepositoriesOptions,
  type Repository,
  type SearchOptions,
  type SuggestedTask,
  type TaskType,
} from './github/github-service.ts';
export type { SessionRegister } from './session-register.ts';
export type { TokenCustody, TokenRotation, TokenStatus } from './token-custody.ts';
export type { StoreMarker } from './storage/store-marker.ts';
export { LastProfile, type WhileCurrent } from './profile/last-profile.ts';
export type { Reach } from './mounted/own-addresses.ts';
export { resource, type ResourceHandlers } from './routes/resource.ts';
export type { Answer, ErrorCodes, NamedSchema, Operation, Tag } from './openapi/operation.ts';
export type { OpenApiOptions, SecuritySchemes } from './openapi/openapi-document.ts';
export type { RateLimit } from './middleware/rate-limit-grammar.ts';
export type { ReadinessCheck } from './routes/health.ts';
