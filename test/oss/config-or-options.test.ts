import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, openhands, type OpenHandsApp } from '../../lib/app.ts';
import { SaasServerConfig } from '../../lib/enterprise/index.ts';
import { SERVER_CONFIG } from '../../lib/oss/config-or-options.ts';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { loadServerConfig } from '../../lib/oss/load-server-config.ts';
import { ServerConfig } from '../../lib/oss/server-config.ts';

type AnyOptions = ConstructorParameters<typeof ServerConfig>[0];

/** A class of the same name, from a copy of the module. */
async function anotherCopy(): Promise<typeof ServerConfig> {
  const url = new URL('../../lib/oss/server-config.ts?another-copy', import.meta.url).href;
  const copy = ((await import(url)) as { ServerConfig: typeof ServerConfig }).ServerConfig;
  assert.notEqual(copy, ServerConfig);
  return copy;
}

describe('What openhands() is given', () => {
  let directory: string;
  const env = () => ({ FILE_STORE_PATH: directory, LOG_LEVEL: 'silent' });

  before(async () => (directory = await mkdtemp(join(tmpdir(), 'config-or-options-'))));
  after(() => rm(directory, { recursive: true }));

  /** No edition may come of it; one that does is closed. */
  async function refuses(start: () => Promise<OpenHandsApp | ServerConfig>, expected: RegExp) {
    await assert.rejects(
      async () => (await start()).close(),
      (error) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  }

  it('is not taken for options when it is a config of another copy of the package', async () => {
    const Copy = await anotherCopy();
    class AcmeServerConfig extends Copy {}
    for (const config of [new Copy({ env: env() }), new AcmeServerConfig({ env: env() })]) {
      await refuses(() => openhands(config), /copy .* npm ls openhands-express/);
      await refuses(() => createApp(config), /copy .* npm ls openhands-express/);
      await refuses(() => loadServerConfig(config as AnyOptions), /npm ls openhands-express/);
      await refuses(() => openhands({ config } as AnyOptions), /Give the config itself/);
      await config.close();
    }
  });

  it('is not taken for options when it has but methods of a config', async () => {
    for (const name of ['layers', 'routers', 'stackOptions', 'prepare', 'verify']) {
      const config: unknown = Object.create({ [name]: () => Promise.resolve({}) });
      await refuses(() => openhands(config as AnyOptions), /copy/);
    }
    await refuses(() => openhands({ [SERVER_CONFIG]: true } as AnyOptions), /copy/);
  });

  it('is not taken for options when it is a class, a promise of a config, an environment, or no object', async () => {
    await refuses(() => openhands(SaasServerConfig as unknown as AnyOptions), /a class/);
    await refuses(async () => openhands((await anotherCopy()) as unknown as AnyOptions), /a class/);
    const promise = loadServerConfig({ env: env() });
    await refuses(() => openhands(promise as AnyOptions), /Await it/);
    await (await promise).close();
    await refuses(
      () =>
        openhands({
          ...env(),
          OPENHANDS_CONFIG_CLS: 'openhands-express/enterprise#SaasServerConfig',
        } as AnyOptions),
      /env: process\.env/,
    );
    await refuses(() => openhands(null as unknown as AnyOptions), /null/);
    await refuses(() => openhands('enterprise' as unknown as AnyOptions), /string/);
    await refuses(() => createApp({} as ServerConfig), /takes a ServerConfig/);
  });

  it('is not taken for options when it is what spreading a config leaves of it', async () => {
    const config = new SaasServerConfig({
      env: { ...env(), GITHUB_APP_CLIENT_ID: 'Iv1', GITHUB_APP_CLIENT_SECRET: 'secret' },
      page: false,
    });
    await refuses(() => openhands(Object.assign({}, config, { page: true })), /spread/);
    await config.close();
  });

  it('is not taken for options when an environment is in another place, or in another form', async () => {
    const OPENHANDS_CONFIG_CLS = 'openhands-express/enterprise#SaasServerConfig';
    const name = 'OPENHANDS_CONFIG_CLS';
    for (const [given, expected] of [
      [{ environment: { OPENHANDS_CONFIG_CLS } }, /another name\. Give it as \{ env/],
      [{ Env: { ...env(), OPENHANDS_CONFIG_CLS } }, /another name/],
      [{ PATH: '/bin', GITHUB_APP_CLIENT_ID: 'Iv1' }, /an environment\. Give it as/],
      [{ env: 'production' }, /no object of variables/],
      [{ env: null }, /no object of variables/],
      [{ env: [`${name}=${OPENHANDS_CONFIG_CLS}`] }, /no object of variables/],
      [{ env: new Map([[name, OPENHANDS_CONFIG_CLS]]) }, /no object of variables/],
      [{ env: { ...env(), OPENHANDS_CONFIG_CLS: SaasServerConfig } }, /env\.OPENHANDS_CONFIG_CLS is no text/],
      [{ env: { ...env(), PORT: 3000 } }, /env\.PORT is no text/],
      [new Map([['env', env()]]), /no plain object/],
    ] as const) {
      await refuses(() => openhands(given as unknown as AnyOptions), expected);
      await refuses(() => loadServerConfig(given as unknown as AnyOptions), expected);
      await refuses(() => Promise.resolve(new ServerConfig(given as unknown as AnyOptions)), expected);
    }
  });

  it('may have options of the host beside those of a config', async () => {
    const conversationManager = {
      attachToConversation: () => Promise.resolve(undefined),
      detachFromConversation: () => Promise.resolve(),
      verify: () => Promise.resolve(),
    };
    await (await openhands({ env: env(), conversationManager })).close();
  });

  it('is options, or a config of this copy', async () => {
    const config = new ServerConfig({ env: env(), page: false });
    for (const given of [config, { env: env() }]) {
      const app = await openhands(given);
      assert.equal(app.config.appMode, 'oss');
      await app.close();
    }
  });

  it('must not have a reach that nobody knows', async () => {
    await refuses(() => openhands({ env: env(), reach: 'everywhere' as 'all' }), /own, api, all/);
  });
});

describe('OPENHANDS_CONFIG_CLS with a class of another copy, whatever a bundler has named it', () => {
  it('says that it is of another copy', async () => {
    const module = new URL('../../lib/oss/server-config.ts?renamed', import.meta.url).href;
    const { ServerConfig: Copy } = (await import(module)) as { ServerConfig: typeof ServerConfig };
    Object.defineProperty(Copy, 'name', { value: '_a' });
    await assert.rejects(
      loadServerConfig({ env: { OPENHANDS_CONFIG_CLS: `${module}#ServerConfig` } }),
      /extends another copy of ServerConfig/,
    );
  });
});
