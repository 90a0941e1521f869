import { pino } from 'pino';
import { loadServerConfig } from '../oss/load-server-config.ts';
import type { ServerConfig } from '../oss/server-config.ts';
import type { Terminal } from './command.ts';

/**
 * Gives the config that the environment names, with its stores, to a command that looks after what servers have kept.
 *
 * @throws ConfigurationError when it cannot be made in this environment.
 */
export async function withConfig<T>(
  env: Terminal['env'],
  use: (config: ServerConfig) => Promise<T>,
): Promise<T> {
  const config = await loadServerConfig({ env, beginStore: false, logger: pino({ level: 'silent' }) });
  try {
    return await use(config);
  } finally {
    await config.close();
  }
}
