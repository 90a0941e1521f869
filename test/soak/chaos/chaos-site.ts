import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeGitHub } from '../../../lib/testing/index.ts';
import { environmentFor } from '../../integration/enterprise-site.ts';
import { newDatabase } from '../../services/databases.ts';
import { PostgresServer } from '../../services/engines/postgres-server.ts';
import { RedisServer } from '../../services/engines/redis-server.ts';
import { Relay } from '../../services/engines/relay.ts';
import { ChaosServer } from './chaos-server.ts';

/** Several servers on one PostgreSQL and one Redis, each behind relays, beside a fake GitHub whose tokens live shortly. */
export class ChaosSite {
  readonly github: FakeGitHub;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** The name of the database. */
  readonly database: string;
  readonly servers: readonly ChaosServer[];
  readonly #files: string;

  private constructor(
    parts: Pick<ChaosSite, 'github' | 'postgres' | 'redis' | 'database' | 'servers'>,
    files: string,
  ) {
    this.github = parts.github;
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.database = parts.database;
    this.servers = parts.servers;
    this.#files = files;
  }

  /** @param tokenLifetimeSeconds - of every access token. */
  static async open(size: number, tokenLifetimeSeconds: number): Promise<ChaosSite> {
    const [github, postgres, redis] = await Promise.all([
      FakeGitHub.listen({ accessTokenLifetimeSeconds: tokenLifetimeSeconds, rateLimit: 1_000_000_000 }),
      PostgresServer.start(),
      RedisServer.start(),
    ]);
    const files = await mkdtemp(join(tmpdir(), 'chaos-'));
    const url = (await newDatabase(postgres)).reveal();
    const env = {
      ...environmentFor(github, files),
      RATE_LIMIT: '1000000/minute',
      LOG_LEVEL: 'info',
      DATABASE_URL: url,
      REDIS_URL: redis.url,
      COOKIE_SECRETS: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    };
    const servers = await Promise.all(
      Array.from({ length: size }, async () => {
        const [toPostgres, toRedis] = await Promise.all([
          Relay.to({ port: postgres.port }),
          Relay.to({ port: redis.port }),
        ]);
        return ChaosServer.start(github, { postgres: toPostgres, redis: toRedis }, env);
      }),
    );
    const database = new URL(url).pathname.slice(1);
    return new ChaosSite({ github, postgres, redis, database, servers }, files);
  }

  /**
   * Whether the last pair that GitHub has issued for a user went to a process that was killed. It may be lost then, and
   * the one in the store is dead.
   */
  isLostWithAProcess(login: string): boolean {
    const alive = Math.max(...this.servers.map((server) => server.issuedAt(login)));
    return this.servers.some((server) => server.issuedToTheKilledAt(login) > alive);
  }

  /** The last lines of all logs about a user, in their order. */
  linesAbout(githubUserId: string): string[] {
    return this.servers
      .flatMap((server) => server.lines)
      .map((line) => ({ time: Number(line.time), text: JSON.stringify(line) }))
      .filter(({ text }) => text.includes(githubUserId))
      .sort((one, other) => one.time - other.time)
      .slice(-20)
      .map(({ text }) => text);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
    await Promise.all([this.github.close(), this.postgres.stop(), this.redis.stop()]);
    await rm(this.#files, { recursive: true, force: true });
  }
}
