/** Starts what the tests here share, once before all of them, and stops it behind the last. */
import { KeycloakServer } from '../../demo/keycloak/keycloak-server.ts';
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
let keycloak: Promise<KeycloakServer> | undefined;

export function engines(): Engines {
  if (running === undefined) throw new Error('Run these tests with: npm run test:services');
  return running;
}

/**
 * The shared Keycloak, which starts when the first test asks for it: it takes its time, and needs Java. With `KEYCLOAK_URL`
 * it is the one that runs there, which tests can kill if `KEYCLOAK_PID` and `KEYCLOAK_FOLDER` tell which it is.
 */
export function sharedKeycloak(): Promise<KeycloakServer> {
  return (keycloak ??= findKeycloak());
}

function findKeycloak(): Promise<KeycloakServer> {
  const { KEYCLOAK_URL: url, KEYCLOAK_PID: pid, KEYCLOAK_FOLDER: folder } = process.env;
  if (url === undefined) return KeycloakServer.start();
  const running = pid === undefined || folder === undefined ? undefined : { pid: Number(pid), folder };
  return Promise.resolve(KeycloakServer.at(url, running));
}

/** For mocha: https://mochajs.org/#global-fixtures */
export async function mochaGlobalSetup(): Promise<void> {
  const [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
  running = { postgres, redis, pgBouncer: await PgBouncer.start(postgres) };
}

export async function mochaGlobalTeardown(): Promise<void> {
  await running?.pgBouncer.stop();
  await (await keycloak?.catch(() => undefined))?.stop();
  await Promise.all([running?.postgres.stop(), running?.redis.stop()]);
}
