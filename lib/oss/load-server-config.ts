import { isConfigClass, refuseWhatAreNoOptions } from './config-or-options.ts';
import { loadClass } from './load-class.ts';
import { ServerConfig, type ServerConfigOptions } from './server-config.ts';

/**
 * The config that `OPENHANDS_CONFIG_CLS` names, verified and ready; unset, that of the OSS edition. Empty it is no
 * edition: somebody meant to name one, and the OSS edition signs nobody in. A relative or absolute module is taken from the working directory, any other one as a package.
 *
 * @throws ConfigurationError one line that says what to set.
 */
export async function loadServerConfig(options: ServerConfigOptions = {}): Promise<ServerConfig> {
  refuseWhatAreNoOptions(options);
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

function loadConfigClass(name: string): Promise<typeof ServerConfig> {
  return loadClass({
    variable: 'OPENHANDS_CONFIG_CLS',
    name,
    Base: ServerConfig,
    isOfAnotherCopy: isConfigClass,
    expected:
      'set OPENHANDS_CONFIG_CLS to <module>#<export>, such as openhands-express/enterprise#SaasServerConfig, or unset it for the OSS edition',
  });
}
