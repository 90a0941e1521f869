import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { packed } from './fixture.ts';
import { packEngine, unpackInto, workshop } from './packed.ts';

const run = promisify(execFile);
const ENGINE = 'openhands-express-compose';
const project = join(workshop, 'commonjs');
const tarballs = join(workshop, 'engine-for-commonjs');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** How people run the TypeScript of a project without `"type": "module"`. */
const WAYS = [
  { way: 'compiled, under Node', extension: 'js', args: [] },
  { way: 'under tsx', extension: 'ts', args: ['--import', TSX] },
] as const;

/** An edition of the host. */
const OWN = `
  import { ServerConfig } from 'openhands-express';
  export class OwnConfig extends ServerConfig {}`;

for (const { way, extension, args } of WAYS) {
  describe(`A program of CommonJS, ${way}`, () => {
    before(async () => {
      await prepare();
      await write('own', OWN);
    });
    after(clear);

    async function write(name: string, code: string): Promise<string> {
      const { outputText } = ts.transpileModule(code, {
        compilerOptions: {
          module: ts.ModuleKind.CommonJS,
          target: ts.ScriptTarget.ES2022,
          esModuleInterop: true,
        },
      });
      const path = join(project, `${name}.${extension}`);
      await writeFile(path, extension === 'js' ? outputText : code);
      return path;
    }

    async function said(code: string): Promise<string> {
      const path = await write('main', code);
      const { stdout } = await run(process.execPath, [...args, path], { cwd: project });
      return stdout;
    }

    it('has one copy of the engine and of the editions, through whichever entry point', async () => {
      const code = `
        import * as all from 'openhands-express';
        import { compose } from 'openhands-express/compose';
        import { ServerConfig } from 'openhands-express/oss';
        import { SaasServerConfig } from 'openhands-express/enterprise';
        console.log(all.compose === compose, all.ServerConfig === ServerConfig);
        console.log(SaasServerConfig.prototype instanceof all.ServerConfig);`;
      assert.equal(await said(code), 'true true\ntrue\n');
    });

    it('signs in to the Enterprise edition, which the testing kit loads when it is asked for', async () => {
      const code = `
        import { testApp } from 'openhands-express/testing';
        void testApp('enterprise', { page: false }).then(async (app) => {
          const cat = await app.agent().signIn('octocat');
          console.log((await cat.get('/api/github/user')).body.login);
          await app.close();
        });`;
      assert.equal(await said(code), 'octocat\n');
    });

    it('mounts the edition that OPENHANDS_CONFIG_CLS names, which is one of its own', async () => {
      const code = `
        import { openhands } from 'openhands-express';
        const env = { LOG_LEVEL: 'silent', OPENHANDS_CONFIG_CLS: './own.${extension}#OwnConfig' };
        void openhands({ env, page: false }).then((edition) => {
          console.log(edition.stack.plan.length > 0);
          return edition.close();
        });`;
      assert.equal(await said(code), 'true\n');
    });

    it('mounts an edition of the package that is named so', async () => {
      const code = `
        import { openhands } from 'openhands-express';
        const env = { LOG_LEVEL: 'silent', OPENHANDS_CONFIG_CLS: 'openhands-express/enterprise#SaasServerConfig' };
        openhands({ env, page: false }).catch((error: unknown) => console.log((error as Error).message));`;
      assert.match(await said(code), /^GITHUB_APP_CLIENT_ID must be set/);
    });

    it('is told what is wrong with a database by a store that is loaded when there is one', async () => {
      const code = `
        import { ConfigurationError } from 'openhands-express';
        import { SaasServerConfig } from 'openhands-express/enterprise';
        const env = {
          LOG_LEVEL: 'silent',
          DATABASE_URL: 'postgres://me@127.0.0.1:1/none',
          COOKIE_SECRETS: '${'a'.repeat(64)}',
          TOKEN_ENCRYPTION_KEYS: 'k:${Buffer.alloc(32, 1).toString('base64')}',
          GITHUB_APP_CLIENT_ID: 'id',
          GITHUB_APP_CLIENT_SECRET: 'secret',
        };
        const config = new SaasServerConfig({ env, page: false });
        config.prepare().catch((error: unknown) => {
          console.log(error instanceof ConfigurationError, (error as Error).message);
          return config.close();
        });`;
      assert.match(await said(code), /^true DATABASE_URL: the database cannot be used: .*ECONNREFUSED/);
    });

    it('has one copy of the engine alone', async () => {
      const code = `
        import { compose, defineMiddleware } from '${ENGINE}';
        const stack = compose({ base: [defineMiddleware({ name: 'only', handle: (_req, _res, next) => next() })] });
        console.log(stack.plan.map(({ name }) => name).join(), require('${ENGINE}').compose === compose);`;
      assert.equal(await said(code), 'only true\n');
    });
  });
}

describe('A second copy of the package, by import() in CommonJS under tsx', () => {
  before(prepare);
  after(clear);

  it('is refused in one line that says what to do', async () => {
    const code = `
      import { createApp } from 'openhands-express';
      async function main() {
        const { ServerConfig } = await import('openhands-express');
        await createApp(new ServerConfig({ env: { LOG_LEVEL: 'silent' }, page: false }));
      }
      main().catch((error: unknown) => console.log((error as Error).message));`;
    const path = join(project, 'main.ts');
    await writeFile(path, code);
    const { stdout } = await run(process.execPath, ['--import', TSX, path], { cwd: project });
    assert.match(stdout, /^A config cannot be taken: .* load it only with import or only with require\.\n$/);
  });

  it('is refused by the command line, which is ES modules, where a config class is CommonJS', async () => {
    await writeFile(join(project, 'own.ts'), OWN);
    const command = join(project, 'node_modules', 'openhands-express', 'dist', 'cli', 'openhands-express.js');
    const env = { ...process.env, OPENHANDS_CONFIG_CLS: './own.ts#OwnConfig' };
    const failure: unknown = await run(process.execPath, ['--import', TSX, command, 'stack'], {
      cwd: project,
      env,
    }).catch((error: unknown) => error);
    const { stderr = '' } = failure as { stderr?: string };
    assert.match(
      stderr,
      /OwnConfig of \.\/own\.ts extends another copy of ServerConfig .* Make its module an ES module \(name it \.mts/,
    );
  });
});

async function prepare(): Promise<void> {
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), '{ "private": true }');
  await unpackInto(project, packed());
  await unpackInto(project, await packEngine(tarballs), ENGINE);
}

async function clear(): Promise<void> {
  for (const folder of [project, tarballs]) await rm(folder, { recursive: true, force: true });
}
