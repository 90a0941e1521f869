import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadServerConfig } from '../oss/load-server-config.ts';
import type { ServerConfig } from '../oss/server-config.ts';
import type { Terminal } from './command.ts';

/** What an edition asks for, and what its stack doesn't depend on: so CI needs no secrets to see the stack. */
const STAND_INS = { GITHUB_APP_CLIENT_ID: 'rehearsal', GITHUB_APP_CLIENT_SECRET: 'rehearsal' };
/** What leads to the stores of the real server, which must not notice that somebody looks at its stack. */
const REAL_STORES = new Set(['DATABASE_URL', 'REDIS_URL', 'FILE_STORE_PATH']);

/**
 * Gives the config that an environment names to `look`, with an empty store for this time only.
 *
 * @throws ConfigurationError when it is a config that cannot be made in this environment.
 */
export async function rehearse<Seen>(
  env: Terminal['env'],
  look: (config: ServerConfig) => Seen,
): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), 'openhands-express-stack-'));
  // An empty value counts as unset.
  const others = Object.entries(env).filter(
    ([name, value]) => !REAL_STORES.has(name) && value?.trim() !== '',
  );
  try {
    const config = await loadServerConfig({
      env: { ...STAND_INS, ...Object.fromEntries(others), FILE_STORE_PATH: folder },
      logger: pino({ level: 'silent' }),
    });
    try {
      return look(config);
    } finally {
      await config.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
