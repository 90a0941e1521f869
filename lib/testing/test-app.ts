import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp, openhands, type OpenHandsApp } from '../app.ts';
import { errorForLog } from '../oss/error-for-log.ts';
import { ServerConfig, type ServerConfigOptions } from '../oss/server-config.ts';
import { FakeGitHub, type FakeGitHubOptions } from './fake-github/fake-github.ts';
import { REQUEST_NAME, type RequestsUnderWay, type TestAgent, testAgent } from './test-agent.ts';

/** An edition by its name, or by its config class. */
export type Edition = 'oss' | 'enterprise' | (new (options: ServerConfigOptions) => ServerConfig);

/** Those of the config: `env` comes on top of what the fake GitHub and a folder for this app alone ask for. */
export interface TestAppOptions extends Omit<ServerConfigOptions, 'now' | 'logger'> {
  readonly github?: FakeGitHubOptions;
  /** Mounts the edition in an app of yours: `(edition) => express().use(edition).get('/mine', …)`. */
  readonly mount?: (edition: OpenHandsApp) => RequestListener;
}

/** An edition that listens, with a GitHub and a file store of its own. */
export interface TestApp {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Its clock is the app's clock, too: `github.advance(ms)` sets both forward. */
  readonly github: FakeGitHub;
  readonly app: OpenHandsApp;
  /** The folder of the file store. */
  readonly files: string;
  /** The lines of the log so far, from `trace` on. */
  readonly log: readonly string[];
  /** Somebody new at a browser of their own. */
  readonly agent: () => TestAgent;
  /** Ends the app and its GitHub, and removes its files. */
  readonly close: () => Promise<void>;
}

/**
 * Starts an edition for a test. It needs `supertest` to be installed. The rate limit is off unless `env` sets it.
 *
 * @example
 * const app = await testApp('enterprise');
 * const cat = await app.agent().signIn('octocat');
 * await cat.get('/api/github/user').expect(200);
 * await app.close();
 *
 * @throws ConfigurationError when the edition could not do its work.
 */
export async function testApp(
  edition: Edition,
  { github: githubOptions, mount, env, ...options }: TestAppOptions = {},
): Promise<TestApp> {
  const { default: supertest } = await import('supertest');
  const github = await FakeGitHub.listen(githubOptions);
  const files = await mkdtemp(join(tmpdir(), 'openhands-express-'));
  const log: string[] = [];
  const clear = async (): Promise<void> => {
    await github.close();
    await rm(files, { recursive: true, force: true });
  };

  const Config = await configClass(edition);
  const app = await start(Config, mount !== undefined, {
    ...options,
    env: { ...github.environment, FILE_STORE_PATH: files, RATE_LIMIT: 'off', ...env },
    now: github.clock.now,
    logger: pino({ level: 'trace', serializers: { err: errorForLog } }, { write: (line) => log.push(line) }),
  }).catch(async (error: unknown) => {
    await clear();
    throw error;
  });

  const requests: RequestsUnderWay = new Map();
  const listener = mount?.(app) ?? app;
  const server = createServer((request, response) => {
    const name = request.headers[REQUEST_NAME];
    if (typeof name === 'string') requests.set(name, request);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  github.options.webhookUrl ??= `${url}/integration/github/events`;

  return {
    url,
    github,
    app,
    files,
    log,
    agent: () => testAgent(supertest, url, github, requests),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await app.close();
      await clear();
    },
  };
}

async function configClass(edition: Edition): Promise<Exclude<Edition, string>> {
  if (edition === 'oss') return ServerConfig;
  if (edition === 'enterprise') return (await import('../enterprise/index.ts')).SaasServerConfig;
  return edition;
}

async function start(
  Config: Exclude<Edition, string>,
  mounted: boolean,
  options: ServerConfigOptions,
): Promise<OpenHandsApp> {
  const config = new Config({ page: !mounted, ...options });
  try {
    return await (mounted ? openhands(config) : createApp(config));
  } catch (error) {
    await config.close();
    throw error;
  }
}
