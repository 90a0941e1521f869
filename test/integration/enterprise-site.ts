/** An Enterprise server on a real port, beside a fake GitHub with the same clock, for one test. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Router } from 'express';
import { pino } from 'pino';
import request, { type Response } from 'supertest';
import { createApp, openhands, type OpenHandsApp } from '../../lib/app.ts';
import { errorForLog } from '../../lib/oss/error-for-log.ts';
import { loadServerConfig } from '../../lib/oss/load-server-config.ts';
import type { ServerConfigOptions } from '../../lib/oss/server-config.ts';
import { FAKE_APP } from '../../lib/testing/fake-github/app.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { DescribedApi } from './described-api.ts';
import { shuffled } from './shuffle.ts';

export type Browser = ReturnType<typeof request.agent>;

export class EnterpriseSite {
  readonly github: FakeGitHub;
  readonly url: string;
  /** Where the file store is. */
  readonly files: string;
  /** Every line of the log so far, at the most verbose level. */
  readonly log: string[];
  /** Every error that was logged, as it was before the log took from it what may be told. */
  readonly errors: unknown[];
  readonly app: OpenHandsApp;
  readonly #stop: () => Promise<void>;

  private constructor(
    site: Pick<EnterpriseSite, 'github' | 'url' | 'files' | 'log' | 'errors' | 'app'>,
    stop: () => Promise<void>,
  ) {
    this.github = site.github;
    this.url = site.url;
    this.files = site.files;
    this.log = site.log;
    this.errors = site.errors;
    this.app = site.app;
    this.#stop = stop;
  }

  /**
   * @param env - Besides what the fake GitHub demands; no rate limit unless it is given.
   * @param host - Routes of a host behind the edition, which is then mounted in the host's app.
   * @param options - Others of the configuration.
   */
  static async open(
    env: Record<string, string> = {},
    host?: Router,
    options: Pick<ServerConfigOptions, 'patience' | 'stack'> = {},
  ): Promise<EnterpriseSite> {
    const github = await FakeGitHub.listen();
    const files = await mkdtemp(join(tmpdir(), 'enterprise-'));
    const log: string[] = [];
    const errors: unknown[] = [];
    const configuration: ServerConfigOptions = {
      stack: shuffled,
      ...options,
      env: { ...environmentFor(github, files), ...env },
      now: github.clock.now,
      logger: pino(
        {
          level: 'trace',
          serializers: {
            err: (error: unknown) => {
              errors.push(error);
              return errorForLog(error);
            },
          },
        },
        { write: (line) => log.push(line) },
      ),
    };
    const app = host
      ? await openhands(configuration)
      : await createApp(await loadServerConfig(configuration));
    const api = new DescribedApi(app);
    const server = createServer(api.watch(host ? express().use(app, host) : app));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    return new EnterpriseSite({ github, url, files, log, errors, app }, async () => {
      server.closeAllConnections();
      server.close();
      await app.close();
      await github.close();
      await rm(files, { recursive: true, force: true });
      api.assertKept();
    });
  }

  /** A browser of its own, with its own cookies. */
  browser(): Browser {
    return request.agent(this.url);
  }

  /** A browser whose user has signed in. */
  async signedIn(login = 'octocat', browser = this.browser()): Promise<Browser> {
    const answer = await this.signIn(browser, login);
    if (answer.status !== 302)
      throw new Error(`Signing in was answered with ${answer.status}: ${answer.text}`);
    return browser;
  }

  /** Goes through the whole flow, continuing as `login` at GitHub. @returns what the callback is answered with. */
  async signIn(browser: Browser, login = 'octocat', query = ''): Promise<Response> {
    return browser.get(await this.callback(browser, login, query));
  }

  /** Goes through the flow as far as GitHub's redirect. @returns the path of the callback. */
  async callback(browser: Browser, login = 'octocat', query = ''): Promise<string> {
    const { headers } = await browser.get(`/oauth/github/authorize${query}`);
    return pathOf(await this.github.authorize(headers.location!, login));
  }

  /** The files in the store, as paths relative to it, in order; without those of locks. */
  async documents(): Promise<string[]> {
    const entries = await readdir(this.files, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.files.length + 1))
      .filter((path) => !path.startsWith('~'))
      .sort();
  }

  async document(path: string): Promise<string> {
    return readFile(join(this.files, path), 'utf8');
  }

  /**
   * @throws AssertionError when anything that this server has logged holds a secret, or an answer was not as its OpenAPI
   * description says: so every test looks for leaks, and holds the API to its word.
   */
  async close(): Promise<void> {
    await this.#stop();
    const leaks = this.log.filter((line) => LEAKS.some((leak) => leak.test(line)));
    assert.deepEqual(leaks, []);
  }
}

/** GitHub's tokens and codes, the secrets of the App, cookies with a value, and ciphertexts. */
const LEAKS = [
  /gh[oprsu]_\w{4}|github_pat_/,
  /\bcode=\w{8}|\bstate=[\w-]{16}/,
  new RegExp(`${FAKE_APP.clientSecret}|${FAKE_APP.webhookSecret}`),
  /openhands_(auth|flow_[\w-]{12})=\w/,
  /\beyJ[\w-]{16}/,
];

/** What an Enterprise server needs to know of a fake GitHub. */
export function environmentFor(github: FakeGitHub, files: string): Record<string, string> {
  return {
    OPENHANDS_CONFIG_CLS: './lib/enterprise/saas-server-config.ts#SaasServerConfig',
    FILE_STORE_PATH: files,
    RATE_LIMIT: 'off',
    ...github.environment,
  };
}

export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The `Set-Cookie` lines of a response. */
export function setCookies({ headers }: Response): string[] {
  return (headers['set-cookie'] as unknown as string[] | undefined) ?? [];
}
