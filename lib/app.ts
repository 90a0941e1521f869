import type { RequestListener } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { compose, composeRoutes, type Layers, type RouteLayers, type Routes, type Stack } from './compose.ts';
import type { Inspector } from './inspector/index.ts';
import type { AnswerOfOther, News, NewsWanted, OtherProcesses } from './inspector/other-processes.ts';
import type { AnswerOfWorker, AskedByWorker, ToldByWorker } from './oss/asked-of-others.ts';
import { refuseWhatAreNoOptions, refuseWhatIsNoConfig } from './oss/config-or-options.ts';
import { type FirstProcess, REQUESTS } from './oss/first-process.ts';
import { ipAddressIn } from './oss/ip-address-in.ts';
import { loadServerConfig } from './oss/load-server-config.ts';
import { mountableInAnyRouter } from './oss/mounted/in-any-router.ts';
import { limitPolicies } from './oss/mounted/limit-policies.ts';
import { ownAddresses, pathsOfFiles } from './oss/mounted/own-addresses.ts';
import { isBuiltInPage } from './oss/page/built-in-page.ts';
import { notFoundPage } from './oss/page/not-found-page.ts';
import { errorHandler, notFound } from './oss/routes/errors.ts';
import { routesOfServer } from './oss/routes/server-routes.ts';
import { ServerConfig, type ServerConfigOptions } from './oss/server-config.ts';
import { showsInspector } from './oss/shows-inspector.ts';

/** An Express app, to listen or to be mounted, and what it is made of. */
export type OpenHandsApp = Omit<Express, 'stack' | 'routes'> &
  RequestHandler &
  RequestListener &
  OpenHandsParts;

export interface OpenHandsParts {
  readonly config: ServerConfig;
  /** The composed middleware: `app.stack.print('table')` shows it. */
  readonly stack: Stack;
  /** The routes behind it: `app.routes.print()` shows which layer answers what. */
  readonly routes: Routes;
  /**
   * Prepares the end: `GET /ready` says no, unless it is to stay ready because another process has taken its place, and
   * streams are ended, which would keep a server from closing.
   */
  readonly drain: (options?: { readonly staysReady?: boolean }) => void;
  /** Ends what the app holds: timers, connections, files. Close the server that listens first. */
  readonly close: () => Promise<void>;
}

/**
 * The whole server of an edition as an Express app: its stack of middleware, its routes, its page, and JSON for
 * everything else.
 *
 * @throws ConfigurationError when the server could not do its work, or the config is of another copy of this package.
 */
export async function createApp(config: ServerConfig): Promise<OpenHandsApp> {
  if (!(config instanceof ServerConfig)) refuseWhatIsNoConfig(config);
  await config.prepare();
  const app = await appOf(config, config.layers(), routesOfServer(config));
  const { pageDirectory } = config;
  if (pageDirectory !== undefined && isBuiltInPage(pageDirectory)) app.use(notFoundPage(pageDirectory));
  app.use(notFound());
  app.use(errorHandler({ log: config.log, now: config.now }));
  return app;
}

/**
 * An edition to mount in a host's own app: `app.use(await openhands({ env: process.env }))`. Addresses that it does
 * not know fall through to the host's routes behind it, which find `req.state` and `req.stack` filled. Its policies keep
 * to its own addresses unless `reach` says more. The page is the host's business unless `page: true` is given.
 *
 * @param options - those of the config, where `env.OPENHANDS_CONFIG_CLS` says which edition it is; or a config.
 * @throws ConfigurationError when the edition could not do its work, or for what is neither options nor a config of this
 * copy of the package.
 */
export async function openhands(options: ServerConfigOptions | ServerConfig = {}): Promise<OpenHandsApp> {
  const config = options instanceof ServerConfig ? options : await mountedConfig(options);
  await config.prepare();
  const app = await appOf(config, await layersOfMounted(config), config.routes());
  app.use(errorHandler({ log: config.log, now: config.now }));
  return app;
}

function mountedConfig(options: ServerConfigOptions): Promise<ServerConfig> {
  // Before they are spread, which takes the methods of a class from them.
  refuseWhatAreNoOptions(options);
  return loadServerConfig({ page: false, ...options });
}

/** The layers in a host's app, where the policies keep to what `reach` says. */
async function layersOfMounted(config: ServerConfig): Promise<Layers> {
  const { pageDirectory, policies, reach } = config;
  if (reach === 'all') return config.layers();
  const files = pageDirectory === undefined ? [] : await pathsOfFiles(pageDirectory);
  const isOwn = ownAddresses(config.ownPaths(), files);
  const reaches = reach === 'own' ? isOwn : (path: string) => isOwn(path) || /^\/api(\/|$)/i.test(path);
  return limitPolicies(config.layers(), { policies, reaches });
}

async function appOf(config: ServerConfig, layers: Layers, routeLayers: RouteLayers): Promise<OpenHandsApp> {
  const app = express();
  mountableInAnyRouter(app);
  app.disable('x-powered-by');
  // The client of the original server was written without 304s. Static files have their own.
  app.disable('etag');
  // `If-None-Match: *` holds even without an ETag. Files are sent by `send`, which does not ask here.
  Object.defineProperty(app.request, 'fresh', { configurable: true, get: () => false });
  // Mounted in an app of Express 4, requests would have its `host`, which leaves out the port.
  Object.defineProperty(app.request, 'host', HOST);
  const { TRUST_PROXY } = config.environment;
  if (TRUST_PROXY !== undefined) trustProxy(app, TRUST_PROXY);
  const stack = compose(layers, config.stackOptions());
  const routes = composeRoutes(routeLayers, config.routesOptions());
  const others = config.firstProcess && new OtherWorkers(config.firstProcess);
  const inspecting = await inspectorOf(stack, routes, config, others);
  // In front of the stack, so that nothing in the stack can keep anybody from seeing what it does.
  if (inspecting !== undefined) app.use('/stack', inspecting);
  app.use(stack, ...routes.routers);
  const parts: OpenHandsParts = {
    config,
    stack,
    routes,
    drain: ({ staysReady = false } = {}) => {
      if (!staysReady) config.drain();
      inspecting?.drain();
    },
    close: async () => {
      inspecting?.close();
      await others?.isTold();
      await config.close();
    },
  };
  return Object.assign(app as Omit<Express, 'stack' | 'routes'> & RequestHandler & RequestListener, parts);
}

/** Express's own: whom a request asks for, with the port, as far as a trusted proxy is believed. */
const { host: HOST } = Object.getOwnPropertyDescriptors(express.request);

/** As Express's `trust proxy`, which takes no address with a port behind it for an address. */
function trustProxy(app: Express, proxies: NonNullable<ServerConfig['environment']['TRUST_PROXY']>): void {
  app.set('trust proxy', proxies);
  const trusts = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.set('trust proxy fn', (address: string, hop: number) => trusts(ipAddressIn(address) ?? address, hop));
}

async function inspectorOf(
  stack: Stack,
  routes: Routes,
  { environment, worker }: ServerConfig,
  others: OtherProcesses | undefined,
): Promise<Inspector | undefined> {
  if (!environment.STACK_INSPECTOR) return undefined;
  const { inspector } = await import('./inspector/index.ts');
  return inspector(stack, {
    routes,
    allow: (req) => showsInspector(environment, req),
    ...(worker !== undefined && { processName: `worker ${worker}` }),
    ...(others && { others }),
  });
}

/** The first process hands what one worker asks of requests to all others. */
class OtherWorkers implements OtherProcesses {
  readonly processId: number;
  readonly #first: FirstProcess;
  #told: Promise<unknown> = Promise.resolve();

  constructor(first: FirstProcess) {
    this.processId = first.workerId;
    this.#first = first;
  }

  async ask(question: NewsWanted): Promise<readonly AnswerOfOther[]> {
    const answers = (await this.#tell({ question })) as readonly AnswerOfWorker[];
    return answers.map(({ workerId, answer }) => ({
      processId: workerId,
      news: answer as News | undefined,
    }));
  }

  onAsked(answerer: (question: NewsWanted, others: number) => News): void {
    this.#first.onAsked(REQUESTS, (asked) => {
      const { question, others } = asked as AskedByWorker;
      return answerer(question as NewsWanted, others);
    });
  }

  tellLast(last: Readonly<Record<number, News>>): void {
    this.#told = this.#tell({ last }).catch(() => undefined);
  }

  /** Resolves when what was told for the last time is there. */
  async isTold(): Promise<void> {
    await this.#told;
  }

  #tell(told: ToldByWorker): Promise<unknown> {
    return this.#first.ask(REQUESTS, told);
  }
}
