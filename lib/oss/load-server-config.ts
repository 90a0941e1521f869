import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from './errors.ts';
import { ServerConfig, type ServerConfigOptions } from './server-config.ts';

const EXPECTED =
  'set OPENHANDS_CONFIG_CLS to <module>#<export>, such as openhands-express/enterprise#SaasServerConfig, or unset it for the OSS edition';

/**
 * The config that `OPENHANDS_CONFIG_CLS` names, verified and ready; unset, that of the OSS edition. A relative or
 * absolute module is taken from the working directory, any other one as a package.
 *
 * @throws ConfigurationError one line that says what to set.
 */
export async function loadServerConfig(options: ServerConfigOptions = {}): Promise<ServerConfig> {
  const name = options.env?.OPENHANDS_CONFIG_CLS;
  const ConfigClass = name === undefined ? ServerConfig : await loadConfigClass(name.trim());
  const config = new ConfigClass(options);
  try {
    await config.prepare();
  } catch (error) {
    await config.close();
    throw error;
  }
  return config;
}

async function loadConfigClass(name: string): Promise<typeof ServerConfig> {
  const separator = name.lastIndexOf('#');
  const [moduleName, exportName] = [name.slice(0, separator), name.slice(separator + 1)];
  if (separator < 1 || exportName === '') {
    throw new ConfigurationError(`OPENHANDS_CONFIG_CLS is not <module>#<export>: ${EXPECTED}.`);
  }
  const found = (await importModule(moduleName))[exportName];
  if (found === undefined) {
    throw new ConfigurationError(
      `OPENHANDS_CONFIG_CLS: ${moduleName} has no export named ${exportName}: ${EXPECTED}.`,
    );
  }
  if (!isConfigClass(found)) {
    throw new ConfigurationError(
      `OPENHANDS_CONFIG_CLS: ${exportName} of ${moduleName} is not a class that extends ServerConfig.`,
    );
  }
  return found;
}

async function importModule(name: string): Promise<Record<string, unknown>> {
  const isFile = /^(\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(name);
  try {
    return (await import(isFile ? pathToFileURL(resolve(name)).href : name)) as Record<string, unknown>;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ConfigurationError(`OPENHANDS_CONFIG_CLS: ${name} cannot be loaded (${reason}): ${EXPECTED}.`, {
      cause: error,
    });
  }
}

function isConfigClass(value: unknown): value is typeof ServerConfig {
  return (
    value === ServerConfig ||
    (typeof value === 'function' && (value as { prototype: unknown }).prototype instanceof ServerConfig)
  );
}
