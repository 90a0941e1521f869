import type { RouteLayers } from '../../compose.ts';
import type { ServerConfig } from '../server-config.ts';
import { clientViews } from './static.ts';

/**
 * The layers of routes of a whole server: those of its edition, and below them all the views of a client that was built
 * for it. In a host's app these addresses are the host's.
 */
export function routesOfServer(
  config: Pick<ServerConfig, 'environment' | 'pageDirectory' | 'routes'>,
): RouteLayers {
  const { environment, pageDirectory } = config;
  if (environment.FRONTEND_DIRECTORY === undefined || pageDirectory === undefined) return config.routes();
  return { 'client-views': [clientViews(pageDirectory)], ...config.routes() };
}
