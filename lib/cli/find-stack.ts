import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { compose, type Layers, type Stack } from '../compose.ts';
import { loadServerConfig } from '../oss/load-server-config.ts';
import { ServerConfig } from '../oss/server-config.ts';
import type { Terminal } from './command.ts';
import { UsageError } from './command.ts';

/**
 * The stack of a module's export, which is a stack, layers, or a config class; without a target, of the config that the
 * environment names.
 *
 * @param target `<module>#<export>`; without `#<export>` the default export.
 * @throws StackError when it has errors.
 * @throws ConfigurationError when it is a config that cannot be made in this environment.
 */
export async function findStack(target: string | undefined, env: Terminal['env']): Promise<Stack> {
  if (target === undefined) return stackOfConfig(env);
  const [module = '', name = 'default'] = target.split('#');
  const found = (await importModule(module))[name];
  if (isStack(found)) return found;
  if (isConfigClass(found)) return stackOfConfig({ ...env, OPENHANDS_CONFIG_CLS: `${module}#${name}` });
  if (isLayers(found)) return compose(found);
  throw new UsageError(
    `${name} of ${module} is ${found === undefined ? 'not there' : 'neither a stack nor layers nor a config class'}.`,
  );
}

async function stackOfConfig(env: Terminal['env']): Promise<Stack> {
  const config = await loadServerConfig({ env, logger: pino({ level: 'silent' }) });
  try {
    return compose(config.layers(), config.stackOptions());
  } finally {
    await config.close();
  }
}

async function importModule(module: string): Promise<Record<string, unknown>> {
  const isFile = /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(module);
  const specifier = isFile ? pathToFileURL(resolve(module)).href : module;
  try {
    return (await import(specifier)) as Record<string, unknown>;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new UsageError(`${module} cannot be found.`, { cause: error });
  }
}

function isNotFound(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
}

function isStack(value: unknown): value is Stack {
  return typeof value === 'function' && 'plan' in value && 'print' in value;
}

function isConfigClass(value: unknown): boolean {
  return (
    value === ServerConfig ||
    (typeof value === 'function' && (value as { prototype: unknown }).prototype instanceof ServerConfig)
  );
}

function isLayers(value: unknown): value is Layers {
  return typeof value === 'object' && value !== null && Object.values(value).every(Array.isArray);
}
