import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { loadServerConfig } from '../../lib/oss/load-server-config.ts';
import { ServerConfig } from '../../lib/oss/server-config.ts';

const SERVER_CONFIG = new URL('../../lib/oss/server-config.ts', import.meta.url).href;

const ENTERPRISE = fileURLToPath(new URL('../../lib/enterprise/', import.meta.url));
const SAAS = `${ENTERPRISE}saas-server-config.ts#SaasServerConfig`;
const KEYCLOAK = `${ENTERPRISE}keycloak/keycloak-server-config.ts#KeycloakServerConfig`;

describe('OPENHANDS_CONFIG_CLS', () => {
  let directory: string;
  let module: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'config-'));
    module = join(directory, 'config.ts');
    // Without it the module is CommonJS, and tsx gives it a copy of ServerConfig of its own.
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
    await writeFile(
      module,
      `import { ServerConfig } from '${SERVER_CONFIG}';
       export class Acme extends ServerConfig { verified = 0; async verify() { await super.verify(); this.verified++; } }
       export default Acme;
       export class Refusing extends ServerConfig {
         async verify() { throw new Error('refused'); }
         async close() { globalThis.refusingClosed = true; await super.close(); }
       }
       export class Stranger {}
       export const text = 'text';`,
    );
    await writeFile(join(directory, 'broken.ts'), 'import "./gone.ts";');
  });
  after(() => rm(directory, { recursive: true }));

  const load = (name?: string): Promise<ServerConfig> =>
    loadServerConfig({
      env: {
        LOG_LEVEL: 'silent',
        FILE_STORE_PATH: directory,
        ...(name !== undefined && { OPENHANDS_CONFIG_CLS: name }),
      },
    });

  it('unset means the OSS edition', async () => {
    const config = await load();
    assert.equal(config.constructor, ServerConfig);
    assert.equal(config.appMode, 'oss');
    await config.close();
  });

  it('names a class of any module, relative to the working directory or not', async () => {
    for (const path of [module, `./${relative(process.cwd(), module)}`]) {
      for (const name of ['Acme', 'default']) {
        const config = await load(`${path}#${name}`);
        assert.equal(config.constructor.name, 'Acme');
        assert.equal((config as unknown as { verified: number }).verified, 1);
        await config.close();
      }
    }
  });

  it('verifies once, however often the config is prepared', async () => {
    const config = await load(`${module}#Acme`);
    await config.prepare();
    assert.equal((config as unknown as { verified: number }).verified, 1);
    await config.close();
  });

  it('closes a config that cannot do its work', async () => {
    await assert.rejects(load(`${module}#Refusing`), /refused/);
    assert.equal((globalThis as { refusingClosed?: boolean }).refusingClosed, true);
  });

  it('says how to mend it when a CommonJS module has brought a ServerConfig of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'commonjs-config-'));
    try {
      await writeFile(
        join(folder, 'config.ts'),
        `import { ServerConfig } from '${fileURLToPath(SERVER_CONFIG)}';
         export class Acme extends ServerConfig {}`,
      );
      await assert.rejects(load(`${join(folder, 'config.ts')}#Acme`), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(
          error.message,
          /extends another copy of ServerConfig .*name it \.mts, or put "type": "module"/,
        );
        return true;
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is followed by one list of all variables that are wrong, and then of all files', async () => {
    const wrong = { PORT: 'web', LLM_MODELS_FILE: '/gone/models', GITHUB_USER_LIST_FILE: '/gone/logins' };
    const right = { PORT: '0', GITHUB_APP_CLIENT_ID: 'Iv1.1', GITHUB_APP_CLIENT_SECRET: 's' };
    const complaintsOf = async (env: Record<string, string>) => {
      const names = env.PORT === 'web' ? KEYCLOAK : SAAS;
      const failed = loadServerConfig({
        env: { FILE_STORE_PATH: directory, ...env, OPENHANDS_CONFIG_CLS: names },
      });
      const error = await failed.then(
        () => assert.fail('It was accepted.'),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.message, error.complaints.join(' '));
      return error.complaints.map((complaint) => /^\w+/.exec(complaint)?.[0]);
    };
    assert.deepEqual(await complaintsOf(wrong), [
      'PORT',
      'GITHUB_APP_CLIENT_ID',
      'GITHUB_APP_CLIENT_SECRET',
      'KEYCLOAK_SERVER_URL',
      'KEYCLOAK_REALM_NAME',
      'KEYCLOAK_CLIENT_ID',
      'KEYCLOAK_CLIENT_SECRET',
    ]);
    assert.deepEqual(await complaintsOf({ ...wrong, ...right, FRONTEND_DIRECTORY: '/gone' }), [
      'FRONTEND_DIRECTORY',
      'LLM_MODELS_FILE',
      'GITHUB_USER_LIST_FILE',
    ]);
  });

  const mistakes: readonly [string, () => string, RegExp][] = [
    ['no export', () => module, /is not <module>#<export>/],
    ['an empty export', () => `${module}#`, /is not <module>#<export>/],
    ['an empty module', () => '#Acme', /is not <module>#<export>/],
    ['a missing module', () => './gone.ts#Acme', /\.\/gone\.ts cannot be loaded/],
    ['a missing package', () => 'no-such-package-here#Acme', /no-such-package-here cannot be loaded/],
    [
      'a module that cannot be loaded',
      () => `${join(directory, 'broken.ts')}#Acme`,
      /broken\.ts cannot be loaded/,
    ],
    ['a missing export', () => `${module}#Gone`, /has no export named Gone/],
    ['nothing at all', () => '', /is not <module>#<export>/],
    ['nothing but spaces', () => '  ', /is not <module>#<export>/],
    ['a class that is no ServerConfig', () => `${module}#Stranger`, /not a class that extends ServerConfig/],
    ['an export that is no class', () => `${module}#text`, /not a class that extends ServerConfig/],
    ['a package without a config', () => 'express#default', /not a class that extends ServerConfig/],
  ];
  for (const [mistake, name, message] of mistakes) {
    it(`is refused in one line when it names ${mistake}`, async () => {
      await assert.rejects(load(name()), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, message);
        assert.match(error.message, /^OPENHANDS_CONFIG_CLS/);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });
  }
});
