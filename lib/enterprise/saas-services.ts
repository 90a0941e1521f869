/** Everything that the middleware and the routes of the Enterprise edition share, made once at the start. */
import type { Logger } from 'pino';
import type { Environment } from '../oss/environment.ts';
import type { GitHubService } from '../oss/github/github-service.ts';
import type { LastProfile } from '../oss/profile/last-profile.ts';
import type { Secret } from '../oss/secret.ts';
import type { SessionRegister } from '../oss/session-register.ts';
import type { DocumentStore } from '../oss/storage/document-store.ts';
import type { TokenCustody } from '../oss/token-custody.ts';
import type { AllowList } from './auth/allow-list.ts';
import { AuthCookie } from './auth/auth-cookie.ts';
import type { Authentication, AuthenticationParts } from './auth/authentication.ts';
import { storedCookieSecrets } from './auth/cookie-secrets.ts';
import { HandledDeliveries } from './auth/handled-deliveries.ts';
import { OAuthFlows } from './auth/oauth-flows.ts';
import { PublicAddress } from './auth/public-address.ts';
import { SessionLifetime } from './auth/session-lifetime.ts';
import type { Sessions } from './auth/sessions.ts';
import { SignIn } from './auth/sign-in.ts';
import type { SignInProvider } from './auth/sign-in-provider.ts';
import { SignedValues } from './auth/signed-values.ts';
import { UserSessions } from './auth/user-sessions.ts';
import type { SaasEnvironment } from './environment.ts';
import { checkRegistry } from './metrics/check-registry.ts';
import { registerCustodyMetrics } from './metrics/custody-metrics.ts';
import { ObservedOAuthClient } from './metrics/observed-oauth-client.ts';
import { registerRedisMetrics } from './metrics/redis-metrics.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import { registerStoreMetrics } from './metrics/store-metrics.ts';
import { redactDebug } from './redact-debug.ts';
import { RedisCache } from './redis/redis-cache.ts';
import type { RedisConnection } from './redis/redis-connection.ts';
import { redisPrefix } from './redis/redis-prefix.ts';
import { SettingsCipher } from './settings/settings-cipher.ts';
import { SettingsDocuments } from './settings/settings-documents.ts';
import { longestRefreshMs } from './times.ts';
import { DocumentCipher } from './tokens/document-cipher.ts';
import { loadEncryptionKeys } from './tokens/encryption-keys.ts';
import { GithubTokenCustody } from './tokens/github-token-custody.ts';
import { GithubTokenManager } from './tokens/github-token-manager.ts';
import type { GithubTokenManagerOptions } from './tokens/github-token-manager-options.ts';
import type { GithubTokenProvider } from './tokens/github-token-provider.ts';
import { GrantCheck } from './tokens/grant-check.ts';
import { RevocationDocuments } from './tokens/revocation-documents.ts';
import { TokenDocuments } from './tokens/token-documents.ts';

export interface SaasServices {
  readonly address: PublicAddress;
  readonly authCookie: AuthCookie;
  readonly deliveries: HandledDeliveries;
  readonly flows: OAuthFlows;
  readonly grants: GrantCheck;
  readonly metrics: ServerMetrics;
  readonly provider: SignInProvider;
  /** Without `REDIS_URL` there is none, and every process goes on alone. */
  readonly redis: RedisConnection | undefined;
  readonly sessions: Sessions;
  /** The sessions as an operator sees them. */
  readonly register: SessionRegister;
  /** How the secrets in users' settings are stored. */
  readonly settingsCipher: SettingsCipher;
  readonly signIn: SignIn;
  readonly tokens: GithubTokenProvider;
  /** Undefined when the tokens are kept elsewhere. */
  readonly custody: TokenCustody | undefined;
}

/** What the services are made of. */
export interface SaasServicesOptions {
  readonly allowList: AllowList;
  readonly documents: DocumentStore;
  readonly environment: Environment;
  readonly saasEnvironment: SaasEnvironment;
  readonly log: Logger;
  readonly metrics: ServerMetrics;
  readonly now: () => number;
  readonly patience: { readonly timeoutMs: number; readonly replicaLagMs: number };
  authentication(parts: AuthenticationParts): Authentication;
  tokenProvider(): GithubTokenProvider | undefined;
  isStoreFull(): Promise<boolean>;
  githubServiceFor(token: Secret): GitHubService;
  lastProfileOfUser(githubUserId: string): LastProfile;
}

/** @throws ConfigurationError when the Enterprise edition could not do its work. */
export async function startSaasServices(config: SaasServicesOptions): Promise<SaasServices> {
  redactDebug();
  checkRegistry(config.metrics.registry);
  const { allowList, documents, environment, log, metrics, now, patience, saasEnvironment } = config;
  const secrets = saasEnvironment.COOKIE_SECRETS ?? (await storedCookieSecrets(documents));
  const values = new SignedValues({ secrets, now });
  const { PUBLIC_URL } = environment;
  const { SESSION_TTL: ttlMs, SESSION_MAX: maxMs } = saasEnvironment;
  const address = new PublicAddress(PUBLIC_URL === undefined ? undefined : new URL(PUBLIC_URL));
  const oauth = new ObservedOAuthClient({
    baseUrl: environment.GITHUB_BASE_URL,
    apiUrl: environment.GITHUB_API_URL,
    clientId: saasEnvironment.GITHUB_APP_CLIENT_ID,
    clientSecret: saasEnvironment.GITHUB_APP_CLIENT_SECRET,
    timeoutMs: patience.timeoutMs,
    now,
    metrics,
  });
  const keys = await loadEncryptionKeys(documents, saasEnvironment.TOKEN_ENCRYPTION_KEYS);
  const encryption = new DocumentCipher(keys);
  const settingsCipher = new SettingsCipher(encryption, log);
  // The last that is awaited: when something before it fails, there is no connection to close.
  const redis = await openRedis(config);
  registerRedisMetrics(metrics.registry, redis);
  registerStoreMetrics(metrics.registry, config);
  const shared = redis && new RedisCache(redis);
  const others = config.tokenProvider();
  const parts = {
    documents,
    oauth,
    encryption,
    log,
    now,
    shared,
    longestRefreshMs: longestRefreshMs(patience.timeoutMs),
  };
  const { provider, sessions, tokens, kept, otherKeeper } = config.authentication({
    ...parts,
    tokens: others ?? keepTokens(parts, metrics),
  });
  const lastProfileOfUser = (githubUserId: string) => config.lastProfileOfUser(githubUserId);
  return {
    address,
    deliveries: new HandledDeliveries(documents),
    authCookie: new AuthCookie({ values, address, lifetime: new SessionLifetime({ ttlMs, maxMs, now }) }),
    flows: new OAuthFlows({ values, address, now, shared }),
    grants: new GrantCheck({ tokens, oauth, replicaLagMs: patience.replicaLagMs, log }),
    metrics,
    provider,
    redis,
    sessions,
    register: new UserSessions({ documents, sessions, lastProfileOfUser }),
    settingsCipher,
    signIn: new SignIn({
      provider,
      tokens,
      sessions,
      allowList,
      githubServiceFor: (token) => config.githubServiceFor(token),
      lastProfileOfUser,
      replicaLagMs: patience.replicaLagMs,
      log,
    }),
    tokens,
    custody:
      others === undefined
        ? new GithubTokenCustody({
            documents: new TokenDocuments(documents, encryption),
            revocations: new RevocationDocuments(documents, encryption),
            settings: new SettingsDocuments(documents, settingsCipher),
            kept,
            otherKeeper,
            tokens,
            sessions,
          })
        : undefined,
  };
}

function keepTokens(options: GithubTokenManagerOptions, { registry }: ServerMetrics): GithubTokenProvider {
  const tokens = new GithubTokenManager(options);
  registerCustodyMetrics(registry, tokens);
  return tokens;
}

/** The client is loaded only where it is used: it would double the time that a start takes. */
async function openRedis(options: SaasServicesOptions): Promise<RedisConnection | undefined> {
  const { documents, log, saasEnvironment } = options;
  const { GITHUB_APP_CLIENT_ID: clientId, REDIS_PREFIX: given, REDIS_URL: url } = saasEnvironment;
  if (url === undefined) return undefined;
  const { RedisConnection } = await import('./redis/redis-connection.ts');
  const redis = new RedisConnection({ url, prefix: await redisPrefix({ documents, clientId, given }), log });
  await redis.open();
  return redis;
}
