/** The Enterprise edition: `OPENHANDS_CONFIG_CLS=./lib/enterprise/saas-server-config.ts#SaasServerConfig`. */
import type { Request } from 'express';
import type { Store } from 'express-rate-limit';
import type { Layers, RouteLayers, StateKey } from '../compose.ts';
import { clientSignal } from '../oss/client-signal.ts';
import { ConfigurationError } from '../oss/errors.ts';
import type { GitHubService } from '../oss/github/github-service.ts';
import { githubServiceClass } from '../oss/github/github-service-class.ts';
import type { RateLimit } from '../oss/middleware/rate-limit-grammar.ts';
import type { OpenApiOptions } from '../oss/openapi/openapi-document.ts';
import type { Operation } from '../oss/openapi/operation.ts';
import { LastProfile } from '../oss/profile/last-profile.ts';
import type { VariableGroup } from '../oss/read-variables.ts';
import type { ReadinessCheck } from '../oss/routes/health.ts';
import { type ClientOptions, ServerConfig, type ServerConfigOptions } from '../oss/server-config.ts';
import type { SessionRegister } from '../oss/session-register.ts';
import type { Settings } from '../oss/settings/settings.ts';
import { settingsFrom } from '../oss/settings/settings-document.ts';
import type { SettingsStore } from '../oss/settings/settings-store.ts';
import type { DocumentStore } from '../oss/storage/document-store.ts';
import { claimStore, STORE_MARKER } from '../oss/storage/store-marker.ts';
import type { TokenCustody } from '../oss/token-custody.ts';
import { AllowList } from './auth/allow-list.ts';
import { AUTH_COOKIE } from './auth/auth-cookie.ts';
import type { Authentication, AuthenticationParts } from './auth/authentication.ts';
import { browserCookieName } from './auth/browser-cookie.ts';
import { Sessions } from './auth/sessions.ts';
import { PROFILE_DOCUMENT } from './auth/user-sessions.ts';
import { readSaasEnvironment, SAAS_VARIABLES, type SaasEnvironment } from './environment.ts';
import { SAAS_ERROR_CODES } from './error-codes.ts';
import { callbackUrl, isReachable, webhookUrl } from './github/app-registration.ts';
import { GitHubSignIn } from './github/github-sign-in.ts';
import { SaaSGitHubService } from './github/saas-github-service.ts';
import { ObservedDocumentStore } from './metrics/observed-document-store.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import { saasOperations, securitySchemes, UNAUTHENTICATED_ERRORS } from './openapi/saas-operations.ts';
import { RedisRateLimitStore } from './redis/redis-rate-limit-store.ts';
import { saasRouters } from './routes/saas-routers.ts';
import { saasLayer } from './saas-layer.ts';
import { type SaasServices, startSaasServices } from './saas-services.ts';
import { settingsKey } from './settings/settings-documents.ts';
import { describeDatabase } from './storage/database-url.ts';
import type { PostgresStore } from './storage/postgres-store.ts';
import { userDocumentKey } from './storage/user-documents.ts';
import type { GithubTokenProvider } from './tokens/github-token-provider.ts';
import { ownerOf } from './tokens/store-owner.ts';

export class SaasServerConfig extends ServerConfig {
  static override readonly variables: readonly VariableGroup[] = [...super.variables, SAAS_VARIABLES];
  override readonly appMode = 'saas';
  readonly saasEnvironment: SaasEnvironment;
  #SaaSGitHubService = SaaSGitHubService;
  /** What `GET /internal/metrics` tells. A host may add metrics of its own to the registry. */
  readonly metrics = new ServerMetrics();
  /**
   * Who may sign in.
   *
   * @internal
   */
  readonly allowList: AllowList;
  #services: SaasServices | undefined;
  #PostgresStore: typeof PostgresStore | undefined;
  #ownerBefore: string | undefined;

  /** @throws ConfigurationError one line that names every variable that is missing or has a bad value. */
  constructor(options: ServerConfigOptions = {}) {
    super(options);
    this.saasEnvironment = readSaasEnvironment(options.env ?? {});
    this.allowList = new AllowList({ file: this.saasEnvironment.GITHUB_USER_LIST_FILE, log: this.log });
  }

  /** In the database that `DATABASE_URL` names; without one, in files as the OSS edition does. */
  protected override openDocuments(): DocumentStore {
    const { DATABASE_URL: url, DATABASE_POOL_SIZE: maxConnections } = this.saasEnvironment;
    const store =
      url === undefined
        ? super.openDocuments()
        : new (loaded(this.#PostgresStore))({ url, maxConnections, log: this.log });
    return new ObservedDocumentStore(store, this.metrics);
  }

  override get storeDescription(): string {
    const { DATABASE_URL } = this.saasEnvironment;
    return DATABASE_URL === undefined ? super.storeDescription : describeDatabase(DATABASE_URL);
  }

  override addressesToRegister(url: string): Readonly<Record<string, string>> {
    const publicUrl = this.environment.PUBLIC_URL ?? url;
    return {
      'Callback URL': callbackUrl(publicUrl),
      ...(isReachable(publicUrl) && { 'Webhook URL': webhookUrl(publicUrl) }),
    };
  }

  override layers(): Layers {
    return { ...super.layers(), enterprise: saasLayer(this, this.#started()) };
  }

  override get policies(): readonly string[] {
    return [...super.policies, 'request-metrics'];
  }

  override exclusive(): Record<string, StateKey[]> {
    return { ...super.exclusive(), identity: ['github_token', 'github_user_id'] };
  }

  override routes(): RouteLayers {
    return { ...super.routes(), enterprise: saasRouters(this, this.#started()) };
  }

  override operations(): readonly Operation[] {
    return saasOperations(super.operations());
  }

  override openApi(): OpenApiOptions {
    return {
      ...super.openApi(),
      title: 'OpenHands server, Enterprise edition',
      commonErrors: {},
      securitySchemes: securitySchemes(AUTH_COOKIE),
      securitySchemesFor: (req) =>
        securitySchemes(browserCookieName(AUTH_COOKIE, this.#started().address.isHttps(req))),
      unauthenticatedErrors: UNAUTHENTICATED_ERRORS,
      errorCodes: SAAS_ERROR_CODES,
    };
  }

  override get settingsReads(): readonly StateKey[] {
    return ['github_user_id'];
  }

  override settingsStore(req: Request): SettingsStore | undefined {
    const userId = req.state.github_user_id;
    return userId === undefined
      ? undefined
      : this.settingsAt(settingsKey(userId), this.#started().settingsCipher);
  }

  /** The stock client takes a 404 of somebody who is signed in for "not connected to GitHub". */
  override settingsOfNewcomer(): Settings {
    return settingsFrom({});
  }

  override githubService(req: Request): GitHubService | undefined {
    const githubUserId = req.state.github_user_id;
    if (githubUserId === undefined) return undefined;
    const { tokens } = this.#started();
    return new this.#SaaSGitHubService({
      apiUrl: this.environment.GITHUB_API_URL,
      githubUserId,
      tokens,
      log: this.log,
      now: this.now,
      signal: clientSignal(req),
      ...this.patience,
    });
  }

  protected override async loadGitHubService(): Promise<void> {
    this.#SaaSGitHubService = await githubServiceClass(
      this.environment.OPENHANDS_GITHUB_SERVICE_CLS,
      SaaSGitHubService,
    );
  }

  override lastProfile(req: Request): LastProfile | undefined {
    const userId = req.state.github_user_id;
    return userId === undefined ? undefined : this.lastProfileOfUser(userId);
  }

  /** A token in Settings is nobody's identity here. */
  override lastProfileOf(): undefined {
    return undefined;
  }

  /** Where the last GitHub profile of a user is kept, by their `github_user_id`. */
  lastProfileOfUser(githubUserId: string): LastProfile {
    return new LastProfile(this.documents, userDocumentKey(githubUserId, PROFILE_DOCUMENT), githubUserId);
  }

  /**
   * How people sign in, and for how long they stay. Called once, at the start. Another edition may have another provider.
   *
   * @internal
   */
  authentication(parts: AuthenticationParts): Authentication {
    return {
      provider: new GitHubSignIn(parts.oauth, parts.log),
      sessions: new Sessions(parts),
      tokens: parts.tokens,
      kept: [],
    };
  }

  /**
   * Who keeps the users' tokens, when it is not the GithubTokenManager on {@link documents}: another edition may have a
   * Keycloak for it. Called once, at the start; {@link close} closes it.
   */
  tokenProvider(): GithubTokenProvider | undefined {
    return undefined;
  }

  override tokenCustody(): TokenCustody | undefined {
    return this.#started().custody;
  }

  override sessionRegister(): SessionRegister {
    return this.#started().register;
  }

  override isAuthenticated(req: Request): boolean {
    return req.state.github_user_id !== undefined;
  }

  /** Users sign in here, so there is nothing to warn of. */
  override exposureWarning(): undefined {
    return undefined;
  }

  override permitsOrigin(origin: string): boolean {
    return this.isOwnOrigin(origin) || this.saasEnvironment.PERMITTED_CORS_ORIGINS.includes(origin);
  }

  override clientOptions(): ClientOptions {
    const { GITHUB_APP_CLIENT_ID, GITHUB_APP_SLUG } = this.saasEnvironment;
    return {
      ...super.clientOptions(),
      GITHUB_CLIENT_ID: GITHUB_APP_CLIENT_ID,
      ...(GITHUB_APP_SLUG !== undefined && { APP_SLUG: GITHUB_APP_SLUG }),
    };
  }

  /** Without Redis every process goes on alone, so it is no reason to send requests elsewhere. */
  override checks(): Readonly<Record<string, ReadinessCheck>> {
    const { redis } = this.#started();
    if (redis === undefined) return super.checks();
    return {
      ...super.checks(),
      redis: () =>
        redis.check().then(
          () => undefined,
          () => 'degraded' as const,
        ),
    };
  }

  /** In Redis, for all processes together; without `REDIS_URL`, in this process. */
  protected override newRateLimitStore(limit: RateLimit): Store {
    const { redis } = this.#started();
    const alone = super.newRateLimitStore(limit);
    return redis === undefined ? alone : new RedisRateLimitStore(redis, limit, alone);
  }

  override async verify(): Promise<void> {
    // Only where it is used: the client of a database takes its time to load.
    if (this.saasEnvironment.DATABASE_URL !== undefined) {
      this.#PostgresStore = (await import('./storage/postgres-store.ts')).PostgresStore;
    }
    await super.verify();
    this.#services = await startSaasServices(this);
  }

  protected override fileChecks(): readonly (() => Promise<void>)[] {
    return [...super.fileChecks(), () => this.allowList.verify()];
  }

  /**
   * Tokens that GitHub has rotated could not be kept: no start without a place for them. Nor with the tokens of another
   * GitHub App: GitHub refuses to refresh them for this one, and their users would be signed out.
   */
  protected override async verifyDocuments(): Promise<void> {
    const marker = await this.openStore();
    this.#ownerBefore = marker.github_app_client_id;
    const isOurs = this.#ownerBefore === this.saasEnvironment.GITHUB_APP_CLIENT_ID;
    if (!isOurs) this.#refuseOther(await ownerOf(this.documents, marker));
  }

  /** One whose ID was a mistake has claimed the store, but nobody could sign in to it: it gives way. */
  protected override async claim(): Promise<void> {
    await super.claim();
    const { GITHUB_APP_CLIENT_ID: app } = this.saasEnvironment;
    const before = this.#ownerBefore;
    const { github_app_client_id: owner } = await claimStore(this.documents, app, before);
    this.#refuseOther(owner);
    if (before === undefined || before === app) return;
    this.log.warn(
      { app, before },
      'The store belongs to another GitHub App now; it had no tokens of the one before',
    );
  }

  /** @param owner - the GitHub App that the store belongs to; undefined when it is free. */
  #refuseOther(owner: string | undefined): void {
    const { GITHUB_APP_CLIENT_ID: app } = this.saasEnvironment;
    if (owner === undefined || owner === app) return;
    throw new ConfigurationError(storeOfAnotherApp(this.storeDescription, app, owner));
  }

  override async close(): Promise<void> {
    await this.#services?.tokens.close();
    await this.#services?.redis?.close();
    await super.close();
  }

  #started(): SaasServices {
    return loaded(this.#services);
  }
}

function storeOfAnotherApp(store: string, app: string, owner: string): string {
  return (
    `GITHUB_APP_CLIENT_ID is ${app}, but the store belongs to the GitHub App ${owner} (${store}): ` +
    "each would end the sign-ins of the other's users. Set another store, or the ID of that App; " +
    `if this App has taken its place, take github_app_client_id out of the document ${STORE_MARKER}.`
  );
}

function loaded<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('SaasServerConfig: await prepare() first.');
  return part;
}
