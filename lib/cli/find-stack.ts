import { compose, composeRoutes, type Layers, type Routes, type Stack } from '../compose.ts';
import { isConfigClass } from '../oss/config-or-options.ts';
import { routesOfServer } from '../oss/routes/server-routes.ts';
import type { Terminal } from './command.ts';
import { UsageError } from './command.ts';
import { exportOfUser } from './import-of-user.ts';
import { rehearse } from './rehearsal.ts';

/** The stack that is meant when none is named: that of the config which the environment names. */
export function defaultTarget({ OPENHANDS_CONFIG_CLS }: Terminal['env']): string {
  return OPENHANDS_CONFIG_CLS?.trim() ?? OSS;
}

const OSS = 'openhands-express/oss#ServerConfig';

/** What was found: a stack, routes, or both. */
export interface Found {
  readonly stack?: Stack;
  readonly routes?: Routes;
}

/**
 * The stack and the routes of a module's export, which is a stack, layers, routes, or a config class.
 *
 * @param target - `<module>#<export>`; without `#<export>` the default export.
 * @throws StackError when it has errors.
 * @throws ConfigurationError when it is a config that cannot be made in this environment.
 */
export async function findStack(target: string, env: Terminal['env']): Promise<Found> {
  if (target === OSS) return ofConfig({ ...env, OPENHANDS_CONFIG_CLS: undefined });
  const { module, name, value: found } = await exportOfUser(target);
  if (isStack(found)) return { stack: found };
  if (isRoutes(found)) return { routes: found };
  if (isConfigClass(found)) {
    return ofConfig({ ...env, OPENHANDS_CONFIG_CLS: `${module}#${name}` });
  }
  if (isLayers(found)) return { stack: compose(found) };
  throw new UsageError(
    `${name} of ${module} is ${found === undefined ? 'not there' : 'neither a stack nor layers nor routes nor a config class'}.`,
  );
}

function ofConfig(env: Terminal['env']): Promise<Found> {
  return rehearse(env, (config) => ({
    stack: compose(config.layers(), config.stackOptions()),
    routes: composeRoutes(routesOfServer(config), config.routesOptions()),
  }));
}

function isStack(value: unknown): value is Stack {
  return typeof value === 'function' && 'plan' in value && 'print' in value;
}

function isRoutes(value: unknown): value is Routes {
  return typeof value === 'object' && value !== null && 'routers' in value && 'plan' in value;
}

function isLayers(value: unknown): value is Layers {
  return typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray);
}
