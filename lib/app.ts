import type { RequestListener } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import { compose, type Stack } from './compose.ts';
import type { Inspector } from './inspector/index.ts';
import { isDirectLoopback } from './loopback.ts';
import { isBehindProxy } from './oss/behind-proxy.ts';
import { ipAddressIn } from './oss/client-address.ts';
import { loadServerConfig } from './oss/load-server-config.ts';
import { errorHandler, notFound } from './oss/routes/errors.ts';
import { clientViews } from './oss/routes/static.ts';
import { ServerConfig, type ServerConfigOptions } from './oss/server-config.ts';

/** An Express app, to listen or to be mounted, and what it is made of. */
export type OpenHandsApp = Omit<Express, 'stack'> & RequestHandler & RequestListener & OpenHandsParts;

export interface OpenHandsParts {
  readonly config: ServerConfig;
  /** The composed middleware: `app.stack.print('table')` shows it. */
  readonly stack: Stack;
  /** Prepares the end: `GET /ready` says no, and streams are ended, which would keep a server from closing. */
  readonly drain: () => void;
  /** Ends what the app holds: timers, connections, files. Close the server that listens first. */
  readonly close: () => Promise<void>;
}

/**
 * The whole server of an edition as an Express app: its stack of middleware, its routes, its page, and JSON for
 * everything else.
 *
 * @throws ConfigurationError when the server could not do its work.
 */
export async function createApp(config: ServerConfig): Promise<OpenHandsApp> {
  await config.prepare();
  const app = await appOf(config);
  if (config.environment.FRONTEND_DIRECTORY !== undefined && config.pageDirectory !== undefined) {
    app.use(clientViews(config.pageDirectory));
  }
  app.use(notFound());
  app.use(errorHandler({ log: config.log }));
  return app;
}

/**
 * An edition to mount in a host's own app: `app.use(await openhands({ env: process.env }))`. Addresses that it does
 * not know fall through to the host's routes behind it, which find `req.state` and `req.stack` filled. The page is
 * the host's business unless `page: true` is given.
 *
 * @param options - those of the config, where `env.OPENHANDS_CONFIG_CLS` says which edition it is; or a config.
 * @throws ConfigurationError when the edition could not do its work.
 */
export async function openhands(options: ServerConfigOptions | ServerConfig = {}): Promise<OpenHandsApp> {
  const config =
    options instanceof ServerConfig ? options : await loadServerConfig({ page: false, ...options });
  await config.prepare();
  const app = await appOf(config);
  app.use(errorHandler({ log: config.log }));
  return app;
}

async function appOf(config: ServerConfig): Promise<OpenHandsApp> {
  const app = express();
  app.disable('x-powered-by');
  // The client of the original server was written without 304s. Static files have their own.
  app.disable('etag');
  const { TRUST_PROXY } = config.environment;
  if (TRUST_PROXY !== undefined) trustProxy(app, TRUST_PROXY);
  const stack = compose(config.layers(), config.stackOptions());
  const inspecting = await inspectorOf(stack, config);
  // In front of the stack, so that nothing in the stack can keep anybody from seeing what it does.
  if (inspecting !== undefined) app.use('/stack', inspecting);
  app.use(stack);
  for (const router of config.routers()) app.use(router);
  const parts: OpenHandsParts = {
    config,
    stack,
    drain: () => {
      config.drain();
      inspecting?.close();
    },
    close: () => {
      inspecting?.close();
      return config.close();
    },
  };
  return Object.assign(app as Omit<Express, 'stack'> & RequestHandler & RequestListener, parts);
}

/** As Express's `trust proxy`, which takes no address with a port behind it for an address. */
function trustProxy(app: Express, proxies: NonNullable<ServerConfig['environment']['TRUST_PROXY']>): void {
  app.set('trust proxy', proxies);
  const trusts = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.set('trust proxy fn', (address: string, hop: number) => trusts(ipAddressIn(address) ?? address, hop));
}

async function inspectorOf(stack: Stack, { environment }: ServerConfig): Promise<Inspector | undefined> {
  if (!environment.STACK_INSPECTOR) return undefined;
  const { inspector } = await import('./inspector/index.ts');
  return inspector(stack, { allow: (req) => !isBehindProxy(environment) && isDirectLoopback(req) });
}
