/** Starts what the tests here share, once before all of them, and stops it behind the last. */
import { PgBouncer } from './engines/pgbouncer.ts';
import { PostgresServer } from './engines/postgres-server.ts';
import { RedisServer } from './engines/redis-server.ts';

/** The shared servers. A test that kills one starts its own. */
export interface Engines {
  readonly postgres: PostgresServer;
  readonly pgBouncer: PgBouncer;
  readonly redis: RedisServer;
}

let running: Engines | undefined;

export function engines(): Engines {
  if (running === undefined) throw new Error('Run these tests with: npm run test:services');
  return running;
}

/** For mocha: https://mochajs.org/#global-fixtures */
export async function mochaGlobalSetup(): Promise<void> {
  const [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
  running = { postgres, redis, pgBouncer: await PgBouncer.start(postgres) };
}

export async function mochaGlobalTeardown(): Promise<void> {
  await running?.pgBouncer.stop();
  await Promise.all([running?.postgres.stop(), running?.redis.stop()]);
}
