import { resolve } from 'node:path';
import type { Request } from 'express';
import type { Store } from 'express-rate-limit';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { ComposeOptions, ComposeRoutesOptions, Layers, RouteLayers, StateKey } from '../compose.ts';
import { isLoopback } from '../loopback.ts';
import { clientSignal } from './client-signal.ts';
import { refuseWhatAreNoOptions, SERVER_CONFIG } from './config-or-options.ts';
import type { ConversationManager } from './conversation-manager.ts';
import { type Environment, OSS_VARIABLES, readEnvironment } from './environment.ts';
import { errorForLog } from './error-for-log.ts';
import { ConfigurationError } from './errors.ts';
import type { FirstProcess } from './first-process.ts';
import { GitHubService } from './github/github-service.ts';
import { githubServiceClass } from './github/github-service-class.ts';
import { hostNameOf, isBeyondDns } from './host-name.ts';
import { inOneList } from './in-one-list.ts';
import { LinesFile } from './lines-file.ts';
import { isLocalOrigin } from './middleware/cors.ts';
import { PermitStore } from './middleware/permit-store.ts';
import type { RateLimit } from './middleware/rate-limit-grammar.ts';
import { RateLimitMemory } from './middleware/rate-limit-memory.ts';
import { type Reach, reachFrom } from './mounted/own-addresses.ts';
import { HOST_ERRORS } from './openapi/common-errors.ts';
import type { OpenApiOptions } from './openapi/openapi-document.ts';
import type { Operation } from './openapi/operation.ts';
import { ossOperations } from './openapi/oss-operations.ts';
import { ossLayer } from './oss-layer.ts';
import { builtInPage } from './page/built-in-page.ts';
import { LastProfile } from './profile/last-profile.ts';
import { assertReadable, type EnvironmentVariables, type VariableGroup } from './read-variables.ts';
import type { ReadinessCheck } from './routes/health.ts';
import { ossRouters, UNDESCRIBED_PATHS } from './routes/oss-routers.ts';
import { hasIndexPage } from './routes/static.ts';
import type { Secret } from './secret.ts';
import type { SessionRegister } from './session-register.ts';
import { type RecentSettings, recentSettings } from './settings/recent-settings.ts';
import type { Settings } from './settings/settings.ts';
import type { SettingsSecrets } from './settings/settings-secrets.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { type DocumentStore, LockTimeoutError } from './storage/document-store.ts';
import { JsonFileStore } from './storage/json-file-store.ts';
import { RoomWatchingStore } from './storage/room-watching-store.ts';
import { StorageError } from './storage/storage-error.ts';
import { markStore, STORE_MARKER, type StoreMarker } from './storage/store-marker.ts';
import type { TokenCustody } from './token-custody.ts';

export type { Layers, RouteLayers } from '../compose.ts';

/** What `GET /api/options/config` tells the client. */
export interface ClientOptions {
  readonly APP_MODE: 'oss' | 'saas';
  readonly GITHUB_CLIENT_ID: string;
  readonly POSTHOG_CLIENT_KEY: string;
  readonly APP_SLUG?: string;
  readonly FEATURE_FLAGS: { readonly ENABLE_BILLING: boolean; readonly HIDE_LLM_SETTINGS: boolean };
}

/** How patient a server is with GitHub. */
export interface GitHubPatience {
  /** Milliseconds that GitHub has to answer one request; 10,000 unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds for which GitHub's replicas may not know a new token yet; 1,000 unless given. */
  readonly replicaLagMs?: number;
}

export interface ServerConfigOptions {
  /** The environment, such as `process.env`; without it every variable has its default. */
  readonly env?: EnvironmentVariables;
  /** Where to log; by default JSON lines on standard output, from `LOG_LEVEL` on. */
  readonly logger?: Logger;
  /**
   * Where the lines of the default log go, instead of standard output.
   *
   * @internal
   */
  readonly logTo?: DestinationStream;
  /**
   * Which worker of a server with several this is, from 1 on: every line of the default log says it, and the stack inspector.
   *
   * @internal
   */
  readonly worker?: number;
  /**
   * The way to the first process of a server with several workers.
   *
   * @internal
   */
  readonly firstProcess?: FirstProcess;
  /** The clock, in milliseconds since the epoch; for tests. */
  readonly now?: () => number;
  /** How patient to be with GitHub; for tests in which it hangs. */
  readonly patience?: GitHubPatience;
  /** The host's conversations. With it, requests for a conversation find it in `req.state.conversation`. */
  readonly conversationManager?: ConversationManager;
  /** Names of hosts that are this server's, besides `ALLOWED_HOSTS`: those of the app that mounts it. */
  readonly allowedHosts?: readonly string[];
  /**
   * Whether a store may be begun where there is none, such as in a new folder; true unless given. What only looks after a
   * store says false, so that a wrong folder is an error, and stays as it is.
   */
  readonly beginStore?: boolean;
  /**
   * Whether {@link ServerConfig.prepare} leaves {@link ServerConfig.claim} out, because {@link ServerConfig.claimNow} follows
   * once the server listens: a start that fails at its port must claim nothing either.
   *
   * @internal
   */
  readonly claimsLater?: boolean;
  /**
   * What {@link ServerConfig.documents} is used through, such as by a command that waits longer for locks than a request.
   *
   * @internal
   */
  readonly wrapDocuments?: (documents: DocumentStore) => DocumentStore;
  /** Whether the page (built in, or in `FRONTEND_DIRECTORY`) is served; by default it is. */
  readonly page?: boolean;
  /**
   * How far the policies of a mounted edition reach, such as its headers and its log: over its own addresses (`own`, the
   * default), over all under `/api`, the host's routes there among them (`api`), or over all requests (`all`).
   */
  readonly reach?: Reach;
  /** How the stack is checked and runs: `strict: true`, or `onConflict: 'error'` in tests, for two. */
  readonly stack?: Omit<ComposeOptions, 'exclusive' | 'reads'>;
  /** What a person may choose from in Settings; `LLM_MODELS_FILE` goes before `models`. */
  readonly models?: readonly string[];
  readonly agents?: readonly string[];
  readonly securityAnalyzers?: readonly string[];
}

const MODELS = ['anthropic/claude-3-5-sonnet-20241022', 'deepseek/deepseek-chat', 'openai/gpt-4o'];
const AGENTS = ['BrowsingAgent', 'CodeActAgent', 'DelegatorAgent', 'DummyAgent', 'VisualBrowsingAgent'];
const SECURITY_ANALYZERS = ['invariant'];

/**
 * What an edition is. The OSS edition is this class; another edition extends it, and is named by
 * `OPENHANDS_CONFIG_CLS`. What differs between editions is asked of the config, so that nobody asks which edition runs.
 */
export class ServerConfig {
  /** What the edition reads from the environment. Another edition that reads more puts it behind `super.variables`. */
  static readonly variables: readonly VariableGroup[] = [OSS_VARIABLES];
  readonly appMode: 'oss' | 'saas' = 'oss';
  readonly environment: Environment;
  readonly log: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly patience: Required<GitHubPatience>;
  readonly conversationManager: ConversationManager | undefined;
  /** The folder of the page that is served, the built-in one or `FRONTEND_DIRECTORY`; undefined when none is. */
  readonly pageDirectory: string | undefined;
  /** How far the policies reach where this edition is mounted in a host's app. */
  readonly reach: Reach;
  readonly models: readonly string[];
  readonly agents: readonly string[];
  readonly securityAnalyzers: readonly string[];
  /**
   * The way to the first process of a server with several workers; undefined in any other one.
   *
   * @internal
   */
  readonly firstProcess: FirstProcess | undefined;
  /**
   * Which worker of a server with several this is, from 1 on; undefined in any other one.
   *
   * @internal
   */
  readonly worker: number | undefined;
  readonly #stack: ServerConfigOptions['stack'];
  readonly #modelsFile: LinesFile<readonly string[]> | undefined;
  readonly #ownHosts: ReadonlySet<string>;
  readonly #beginStore: boolean;
  readonly #claimsLater: boolean;
  readonly #wrapDocuments: NonNullable<ServerConfigOptions['wrapDocuments']>;
  readonly #rateLimitStores: Store[] = [];
  readonly #recentSettings: RecentSettings;
  #GitHubService = GitHubService;
  #store: RoomWatchingStore | undefined;
  #documents: DocumentStore | undefined;
  #prepared: Promise<void> | undefined;
  #draining = false;

  /**
   * @throws ConfigurationError when a variable of the environment has a bad value, a bundle has no page to serve, or the
   * options are none.
   */
  constructor(options: ServerConfigOptions = {}) {
    refuseWhatAreNoOptions(options);
    const { env = {} } = options;
    assertReadable(new.target.variables, env);
    this.environment = readEnvironment(env);
    this.log =
      options.logger ??
      pino({ level: this.environment.LOG_LEVEL, serializers: { err: errorForLog } }, options.logTo).child(
        options.worker === undefined ? {} : { worker: options.worker },
      );
    this.firstProcess = options.firstProcess;
    this.worker = options.worker;
    this.now = options.now ?? Date.now;
    this.#recentSettings = recentSettings(this.now);
    this.patience = { timeoutMs: 10_000, replicaLagMs: 1_000, ...options.patience };
    this.conversationManager = options.conversationManager;
    this.pageDirectory =
      options.page === false ? undefined : resolve(this.environment.FRONTEND_DIRECTORY ?? builtInPage());
    this.reach = reachFrom(options.reach);
    this.#stack = options.stack;
    this.#beginStore = options.beginStore ?? true;
    this.#claimsLater = options.claimsLater ?? false;
    this.#wrapDocuments = options.wrapDocuments ?? ((documents) => documents);
    this.#ownHosts = ownHosts(this.environment, options.allowedHosts);
    this.models = options.models ?? MODELS;
    this.#modelsFile = modelsFile(this.environment, this.log);
    this.agents = options.agents ?? AGENTS;
    this.securityAnalyzers = options.securityAnalyzers ?? SECURITY_ANALYZERS;
  }

  /**
   * The brand, by which every copy of this package knows a config.
   *
   * @internal
   */
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- A field is not on the prototype, so no class has it.
  get [SERVER_CONFIG](): true {
    return true;
  }

  /** Where settings, tokens and all else are kept; opened when it is first needed. */
  get documents(): DocumentStore {
    return (this.#documents ??= this.#wrapDocuments(this.#watchedStore));
  }

  get #watchedStore(): RoomWatchingStore {
    return (this.#store ??= new RoomWatchingStore(this.openDocuments(), { log: this.log }));
  }

  /** Whether {@link documents} has refused a write for want of room, and would still refuse one. */
  isStoreFull(): Promise<boolean> {
    return this.#watchedStore.isFull();
  }

  /** Opens {@link documents}, once. Another edition may keep them elsewhere. */
  protected openDocuments(): DocumentStore {
    return new JsonFileStore({ path: this.environment.FILE_STORE_PATH, log: this.log });
  }

  /** The layers of middleware, the lowest first. Another edition adds its own behind `super.layers()`. */
  layers(): Layers {
    return { oss: ossLayer(this) };
  }

  /**
   * The names of the middleware that are policies: mounted in a host's app they go as far as {@link reach} says. All others,
   * such as those that find out who makes a request under `/api`, run wherever their paths say.
   */
  get policies(): readonly string[] {
    return [
      'request-id',
      'request-log',
      'proxy-hint',
      'security-headers',
      'cors',
      'cache-control',
      'rate-limit',
      'json-body',
    ];
  }

  /** The paths of the routes, `{…}` for a parameter: what is this edition's own where it is mounted. */
  ownPaths(): readonly string[] {
    return [...this.operations().map(({ path }) => path), ...UNDESCRIBED_PATHS];
  }

  /** The groups of state keys of which an application may use only one, for `compose`. */
  exclusive(): Record<string, StateKey[]> {
    return {};
  }

  /** The state keys that the routes read, and a host's routes behind them. */
  get routeReads(): readonly StateKey[] {
    return ['settings', 'github_token', 'conversation', 'rate_limited'];
  }

  /** How `compose` puts the layers together. */
  stackOptions(): ComposeOptions {
    return { log: this.log, ...this.#stack, exclusive: this.exclusive(), reads: this.routeReads };
  }

  /** The layers of routes, the lowest first. Another edition adds its own behind `super.routes()`. */
  routes(): RouteLayers {
    return { oss: ossRouters(this) };
  }

  /** How `composeRoutes` puts the layers of routes together: as strict as {@link stackOptions} says. */
  routesOptions(): ComposeRoutesOptions {
    const { log, silence, strict } = this.stackOptions();
    return { ...(log && { log }), ...(silence && { silence }), ...(strict !== undefined && { strict }) };
  }

  /** What the routes can do, for the OpenAPI description. Another edition puts its own around `super.operations()`. */
  operations(): readonly Operation[] {
    return ossOperations;
  }

  /** How `GET /api/openapi.json` describes this edition. */
  openApi(): OpenApiOptions {
    return { title: 'OpenHands server', operations: this.operations(), commonErrors: HOST_ERRORS };
  }

  /** The state keys that {@link settingsStore} looks at, for the `settings` middleware to declare. */
  get settingsReads(): readonly StateKey[] {
    return [];
  }

  /** The settings of the user who makes this request; undefined when nobody is signed in. */
  settingsStore(_req: Request): SettingsStore | undefined {
    return this.#settings;
  }

  get #settings(): SettingsStore {
    return this.settingsAt('settings.json');
  }

  /**
   * Settings that are kept in {@link documents}. What another process saves there is seen within a second.
   *
   * @param key - of the document.
   * @param secrets - how the secrets in it are stored; in the clear unless given.
   */
  protected settingsAt(key: string, secrets?: SettingsSecrets): SettingsStore {
    return new SettingsStore(this.documents, key, secrets, this.#recentSettings);
  }

  /** The settings of somebody who has stored none; undefined when `GET /api/settings` is to be 404 for them. */
  settingsOfNewcomer(): Settings | undefined {
    return undefined;
  }

  /** GitHub on behalf of the user who makes this request; undefined when there is no token to use. */
  githubService(req: Request): GitHubService | undefined {
    const token = req.state.github_token;
    return token && this.githubServiceFor(token, clientSignal(req));
  }

  /**
   * GitHub with a given token, such as one that is to be checked before it is stored.
   *
   * @param signal - aborted when nobody waits for the answers any more.
   */
  githubServiceFor(token: Secret, signal?: AbortSignal): GitHubService {
    const { environment, log, patience } = this;
    return new this.#GitHubService({
      apiUrl: environment.GITHUB_API_URL,
      token,
      log,
      timeoutMs: patience.timeoutMs,
      now: this.now,
      ...(signal && { signal }),
    });
  }

  /** Takes the class that `OPENHANDS_GITHUB_SERVICE_CLS` names, if it names one, in the place of this edition's own. */
  protected async loadGitHubService(): Promise<void> {
    this.#GitHubService = await githubServiceClass(
      this.environment.OPENHANDS_GITHUB_SERVICE_CLS,
      GitHubService,
    );
  }

  /** Where the last GitHub profile of the user who makes this request is kept; undefined when there is nobody. */
  lastProfile(req: Request): LastProfile | undefined {
    const token = req.state.github_token;
    return token && this.lastProfileOf(token);
  }

  /** Where the last GitHub profile is kept of the user that a token is from; undefined where a token is nobody's identity. */
  lastProfileOf(token: Secret): LastProfile | undefined {
    return LastProfile.ofToken(this.documents, 'github_profile.json', token, (fn) =>
      this.#settings.unlessReplaced(token, fn),
    );
  }

  /** What `openhands-express tokens` works on; undefined where no tokens are kept for users. */
  tokenCustody(): TokenCustody | undefined {
    return undefined;
  }

  /** What `openhands-express sessions` works on; undefined where nobody signs in. */
  sessionRegister(): SessionRegister | undefined {
    return undefined;
  }

  isAuthenticated(req: Request): boolean {
    return req.state.github_token !== undefined;
  }

  /**
   * Whether this server answers to a name: it is an address, this machine's, that of `PUBLIC_URL`, or one that is allowed.
   *
   * @param hostName - in lower case, without a port.
   */
  isOwnHost(hostName: string): boolean {
    return isBeyondDns(hostName) || this.#ownHosts.has(hostName);
  }

  /**
   * What to warn of when this server listens at an address.
   *
   * @returns a sentence for the operator; undefined when there is nothing to say.
   */
  exposureWarning(address: string): string | undefined {
    return isLoopback(address)
      ? undefined
      : `Nobody signs in to this edition: all who reach ${address} can use its settings and its GitHub token. ` +
          'Set HOST to 127.0.0.1, or let only those in whom you trust.';
  }

  /** Whether a page of this origin may call the API: for the check of state-changing requests. */
  permitsOrigin(origin: string): boolean {
    return isLocalOrigin(origin) || this.isOwnOrigin(origin);
  }

  /** Whether this is the origin of `PUBLIC_URL`: behind a proxy, the host that a request names need not be. */
  protected isOwnOrigin(origin: string): boolean {
    const { PUBLIC_URL } = this.environment;
    return PUBLIC_URL !== undefined && new URL(PUBLIC_URL).origin === origin;
  }

  /** What `GET /api/options/config` tells the client. */
  clientOptions(): ClientOptions {
    return {
      APP_MODE: this.appMode,
      GITHUB_CLIENT_ID: '',
      POSTHOG_CLIENT_KEY: this.environment.POSTHOG_CLIENT_KEY,
      FEATURE_FLAGS: { ENABLE_BILLING: false, HIDE_LLM_SETTINGS: false },
    };
  }

  /** The models to choose from: those of `LLM_MODELS_FILE`, as it is now, or else {@link models}. */
  async availableModels(): Promise<readonly string[]> {
    return (await this.#modelsFile?.current()) ?? this.models;
  }

  /** Where documents are kept, for the operator: nothing in it is secret. */
  get storeDescription(): string {
    return `JSON files in ${resolve(this.environment.FILE_STORE_PATH)}`;
  }

  /**
   * The addresses that have to be entered elsewhere, such as at GitHub, for the report of a start: by what they are called there.
   *
   * @param _url - where the server listens; browsers find it there unless `PUBLIC_URL` says otherwise.
   */
  addressesToRegister(_url: string): Readonly<Record<string, string>> {
    return {};
  }

  /** What `GET /ready` checks, by name. */
  checks(): Readonly<Record<string, ReadinessCheck>> {
    return { store: () => this.documents.check() };
  }

  /** Whether this process is about to end. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** From now on `GET /ready` answers 503, so that load balancers take other processes; all else goes on. */
  drain(): void {
    this.#draining = true;
  }

  /** Where one rate limit counts. The config owns the store and ends its timer in {@link close}. */
  rateLimitStore(limit: RateLimit): Store {
    const store = this.newRateLimitStore(limit);
    this.#rateLimitStores.push(store);
    return store;
  }

  /** Makes what {@link rateLimitStore} gives. Another edition may count elsewhere. */
  protected newRateLimitStore(limit: RateLimit): Store {
    // Workers make the same limits in the same order.
    const name = String(this.#rateLimitStores.length);
    return this.firstProcess === undefined
      ? new RateLimitMemory()
      : new PermitStore(limit, name, this.firstProcess);
  }

  /**
   * What has to be checked or fetched before {@link layers}, {@link routes} and the first request; another edition
   * awaits `super.verify()` first. Called through {@link prepare}.
   *
   * @throws ConfigurationError when the server could not do its work.
   */
  async verify(): Promise<void> {
    await inOneList(this.fileChecks());
    await this.verifyDocuments();
  }

  /**
   * What {@link verify} does about the files and modules that the environment names. All of it is done, so that a person
   * learns of everything that is wrong at once. Another edition adds its own behind `super.fileChecks()`.
   */
  protected fileChecks(): readonly (() => Promise<void>)[] {
    return [() => this.#verifyPage(), async () => this.#modelsFile?.verify(), () => this.loadGitHubService()];
  }

  async #verifyPage(): Promise<void> {
    if (this.pageDirectory === undefined || (await hasIndexPage(this.pageDirectory))) return;
    throw new ConfigurationError('FRONTEND_DIRECTORY must be a folder with an index.html, or be left unset.');
  }

  /**
   * Looks at the start whether documents can be kept. Without that a person can still look around, and what is wrong may
   * be mended while the server runs; so here it is a warning. An edition that must not lose what it is given ends instead.
   */
  protected async verifyDocuments(): Promise<void> {
    try {
      await this.openStore();
    } catch (error) {
      if (error instanceof ConfigurationError) this.log.warn(error.message);
      else if (error instanceof StorageError || error instanceof LockTimeoutError)
        this.log.warn({ err: error }, 'The store could not be marked');
      else throw error;
    }
  }

  /**
   * Opens the store for good: sees to it that it is one, and that its marker says which.
   *
   * @returns what the marker says.
   * @throws ConfigurationError when the store cannot be used; StorageError when it takes no marker.
   */
  protected async openStore(): Promise<StoreMarker> {
    await this.documents.verify?.({ begin: this.#beginStore });
    const marked = await this.documents.read(STORE_MARKER);
    // New, of an older version; or a mount point whose volume is not there.
    if (marked === undefined) {
      this.log.info({ store: this.storeDescription }, 'The store has no marker yet, and gets one');
    }
    return markStore(this.documents);
  }

  /**
   * Takes what a server takes for itself alone, such as its store. Called once all of {@link verify} has succeeded, and by
   * `serve` once the server listens: a start that fails must leave nothing of the kind behind. Not called for what only looks
   * after a store.
   *
   * @throws ConfigurationError when it belongs to somebody else.
   */
  protected claim(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Runs {@link verify} and, unless that is left for later, {@link claim}; once however often it is called.
   *
   * @throws ConfigurationError when the server could not do its work.
   */
  prepare(): Promise<void> {
    return (this.#prepared ??= this.#start());
  }

  async #start(): Promise<void> {
    // Passed over, its routes would be missing: those that sign in, or that refuse.
    if ('routers' in this)
      throw new ConfigurationError(
        `${this.constructor.name} has routers(), which nothing asks for: name it routes(), and have it return ` +
          '{ ...super.routes(), <name of the layer>: <router> }',
      );
    await this.verify();
    if (this.#beginStore && !this.#claimsLater) await this.claim();
  }

  /**
   * Runs {@link claim} for a server that listens now, and has left it out until then.
   *
   * @internal
   * @throws ConfigurationError when what is to be claimed belongs to somebody else.
   */
  claimNow(): Promise<void> {
    return this.claim();
  }

  /** Ends timers and connections. Nothing of this config is used afterwards. */
  async close(): Promise<void> {
    for (const store of this.#rateLimitStores) await store.shutdown?.();
    await this.#documents?.close();
  }
}

function modelsFile({ LLM_MODELS_FILE: path }: Environment, log: Logger) {
  return path === undefined
    ? undefined
    : new LinesFile({
        path,
        variable: 'LLM_MODELS_FILE',
        expected: 'Create it with one model a line, or unset the variable for a built-in list.',
        parse: (lines): readonly string[] => [...new Set(lines.map(({ text }) => text))],
        log,
      });
}

function ownHosts(
  { PUBLIC_URL, ALLOWED_HOSTS = [] }: Environment,
  allowedHosts: readonly string[] = [],
): ReadonlySet<string> {
  const named = [...(PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).host]), ...allowedHosts];
  return new Set([...ALLOWED_HOSTS, ...named.flatMap((host) => hostNameOf(host) ?? [])]);
}
