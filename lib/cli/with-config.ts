import { pino } from 'pino';
import { loadServerConfig } from '../oss/load-server-config.ts';
import type { ServerConfig } from '../oss/server-config.ts';
import type { Terminal } from './command.ts';
import { PatientStore } from './patient-store.ts';

/**
 * Gives the config that the environment names, with its stores, to a command that looks after what servers have kept.
 *
 * @throws ConfigurationError when it cannot be made in this environment.
 */
export async function withConfig<T>(
  terminal: Pick<Terminal, 'env' | 'error'>,
  use: (config: ServerConfig) => Promise<T>,
): Promise<T> {
  const config = await loadServerConfig({
    env: terminal.env,
    beginStore: false,
    logger: pino({ level: 'silent' }),
    wrapDocuments: (documents) => new PatientStore(documents, terminal),
  });
  terminal.error(`Store: ${config.storeDescription}`);
  try {
    return await use(config);
  } finally {
    await config.close();
  }
}
