/** Server processes on one database, and on one Redis if it is given, beside a fake GitHub. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import request, { type Agent } from 'supertest';
import { FakeGitHub } from '../../../lib/testing/index.ts';
import { environmentFor, pathOf } from '../../integration/enterprise-site.ts';
import { ServerProcess } from '../../server-process.ts';
import { newDatabase } from '../databases.ts';
import type { PostgresServer } from '../engines/postgres-server.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export class SharedSite {
  readonly github: FakeGitHub;
  /** What every process has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for what is not shared. It is not made unless somebody needs it. */
  readonly files: string;
  readonly #folder: string;
  readonly #started: ServerProcess[] = [];

  private constructor(github: FakeGitHub, folder: string, env: Record<string, string>) {
    this.github = github;
    this.#folder = folder;
    this.files = join(folder, 'files');
    this.env = { ...environmentFor(github, this.files), ...env };
  }

  static async open(postgres: PostgresServer, env: Record<string, string> = {}): Promise<SharedSite> {
    return new SharedSite(await FakeGitHub.listen(), await mkdtemp(join(tmpdir(), 'shared-site-')), {
      DATABASE_URL: (await newDatabase(postgres)).reveal(),
      COOKIE_SECRETS: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      ...env,
    });
  }

  /** The name of the database. */
  get database(): string {
    return new URL(this.env.DATABASE_URL!).pathname.slice(1);
  }

  /** Starts one process more. @param variables - what is different for it; `undefined` takes one away. */
  start(variables: Readonly<Record<string, string | undefined>> = {}): ServerProcess {
    const env = Object.entries({ ...this.env, ...variables }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const server = new ServerProcess(Object.fromEntries(env), REPOSITORY);
    this.#started.push(server);
    return server;
  }

  /** Signs somebody in at one process. @returns the browser, and its cookie for requests to another process. */
  async signIn(url: string, login = 'octocat'): Promise<{ browser: Agent; cookie: string }> {
    const browser = request.agent(url);
    const { headers } = await browser.get('/oauth/github/authorize');
    const answer = await browser.get(pathOf(await this.github.authorize(headers.location!, login)));
    const cookie = answer.get('Set-Cookie')?.find((it) => it.startsWith('openhands_auth='));
    if (cookie === undefined)
      throw new Error(`Signing in was answered with ${answer.status}: ${answer.text}`);
    return { browser, cookie: cookie.split(';')[0]! };
  }

  async close(): Promise<void> {
    for (const server of this.#started) await server.end('SIGKILL');
    await this.github.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
