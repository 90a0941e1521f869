import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { createApp, type OpenHandsApp } from '../../lib/app.ts';
import { ServerConfig, type ServerConfigOptions } from '../../lib/oss/server-config.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { DescribedApi } from './described-api.ts';
import { shuffled } from './shuffle.ts';

/**
 * An OSS server over a folder of its own and a GitHub of its own. Whatever conflicts in its stack fails the test, and so
 * does an answer that its OpenAPI description does not know.
 */
export class OssApp {
  readonly app: OpenHandsApp;
  readonly github: FakeGitHub;
  readonly directory: string;
  readonly #api: DescribedApi;
  readonly #listener: RequestListener;

  private constructor(app: OpenHandsApp, github: FakeGitHub, directory: string) {
    this.app = app;
    this.github = github;
    this.directory = directory;
    this.#api = new DescribedApi(app);
    this.#listener = this.#api.watch(app);
  }

  static async start({ env, stack, ...options }: ServerConfigOptions = {}): Promise<OssApp> {
    const github = await FakeGitHub.listen();
    const directory = await mkdtemp(join(tmpdir(), 'oss-app-'));
    const config = new ServerConfig({
      env: {
        FILE_STORE_PATH: directory,
        ...github.environment,
        RATE_LIMIT: 'off',
        LOG_LEVEL: 'silent',
        ...env,
      },
      stack: { onConflict: 'error', ...shuffled, ...stack },
      ...options,
    });
    try {
      return new OssApp(await createApp(config), github, directory);
    } catch (error) {
      await Promise.all([config.close(), github.close(), rm(directory, { recursive: true })]);
      throw error;
    }
  }

  get request() {
    return supertest(this.#listener);
  }

  /** Saves settings as the client does. */
  async save(settings: object): Promise<void> {
    await this.request.post('/api/settings').send(settings).expect(200);
  }

  /** Saves a token of this user's. */
  async saveTokenOf(login: string): Promise<string> {
    const token = this.github.addPersonalAccessToken(login);
    await this.save({ github_token: token });
    return token;
  }

  /** `settings.json`, as it is on the disk. */
  async settingsFile(): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(this.directory, 'settings.json'), 'utf8')) as Record<
      string,
      unknown
    >;
  }

  async writeFile(name: string, content: string): Promise<void> {
    await writeFile(join(this.directory, name), content);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.github.close();
    await rm(this.directory, { recursive: true, force: true });
    this.#api.assertKept();
  }
}
