/** Several servers on one database and one Redis, behind a load balancer. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeGitHub, type FakeGitHubOptions } from '../../../lib/testing/index.ts';
import { environmentFor } from '../../integration/enterprise-site.ts';
import { ServerProcess } from '../../server-process.ts';
import { newDatabase } from '../databases.ts';
import { engines } from '../engines.ts';
import { addSignedInUsers } from '../signed-in-users.ts';
import { RoundRobinProxy } from './round-robin-proxy.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TOKEN_LIFE_MS = 28_800_000;

type Variables = Readonly<Record<string, string>>;

/** What the servers of a cluster have around them. */
export interface Surroundings {
  readonly github: FakeGitHub;
  readonly proxy: RoundRobinProxy;
}

export interface Member {
  readonly url: string;
  readonly process: ServerProcess;
}

export class Cluster {
  readonly github: FakeGitHub;
  readonly proxy: RoundRobinProxy;
  readonly members: Member[] = [];
  readonly #env: Variables;
  readonly #folder: string;

  private constructor(github: FakeGitHub, proxy: RoundRobinProxy, env: Variables, folder: string) {
    this.github = github;
    this.proxy = proxy;
    this.#env = env;
    this.#folder = folder;
  }

  /** @param variables - besides those that each needs; made of what there is before the first server, if need be. */
  static async start(
    size: number,
    variables: Variables | ((site: Surroundings) => Promise<Variables>) = {},
    behavior: FakeGitHubOptions = {},
  ): Promise<Cluster> {
    const [github, proxy] = await Promise.all([FakeGitHub.listen(behavior), RoundRobinProxy.listen()]);
    const folder = await mkdtemp(join(tmpdir(), 'cluster-'));
    const env = {
      ...environmentFor(github, join(folder, 'store')),
      DATABASE_URL: (await newDatabase(engines().postgres)).reveal(),
      DATABASE_POOL_SIZE: '5',
      REDIS_URL: engines().redis.url,
      COOKIE_SECRETS: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      PUBLIC_URL: proxy.url,
      TRUST_PROXY: '1',
      LOG_LEVEL: 'info',
      ...(typeof variables === 'function' ? await variables({ github, proxy }) : variables),
    };
    const cluster = new Cluster(github, proxy, env, folder);
    await Promise.all(Array.from({ length: size }, () => cluster.grow()));
    return cluster;
  }

  /** Starts one more server. Resolves when it gets its share. @param variables - what is different for it. */
  async grow(variables: Variables = {}): Promise<Member> {
    const process = new ServerProcess({ ...this.#env, ...variables }, ROOT);
    const url = await process.url();
    const member = { url, process };
    this.members.push(member);
    await this.proxy.add(url);
    return member;
  }

  /** Ends one server as a deployment does. @returns its exit code. */
  async shrink(member: Member): Promise<number | null> {
    const code = await member.process.end('SIGTERM');
    this.proxy.remove(member.url);
    this.members.splice(this.members.indexOf(member), 1);
    return code;
  }

  /**
   * Puts users into the database who have signed in, and whose access tokens have just expired.
   *
   * @returns their cookies.
   */
  addUsersWithExpiredTokens(count: number): Promise<string[]> {
    const expiresAt = Date.now() - 1_000;
    return addSignedInUsers(this.github, this.#env, count, () => ({
      obtainedAt: expiresAt - TOKEN_LIFE_MS,
      expiresAt,
    }));
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await Promise.all(this.members.map(({ process }) => process.end('SIGKILL')));
    await this.github.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
