import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { packed } from './fixture.ts';

const run = promisify(execFile);

/** Uses every entry point, values and types; what it prints shows that they work together. */
const CODE = `
import type { AddressInfo } from 'node:net';
import express from 'express';
import { openhands, type Settings } from 'openhands-express';
import { compose, defineMiddleware, type Stack } from 'openhands-express/compose';
import { listen } from 'openhands-express/express-messages';
import { ServerConfig } from 'openhands-express/oss';
import { SaasServerConfig } from 'openhands-express/enterprise';
import { FakeGitHub } from 'openhands-express/testing';

declare module 'openhands-express' {
  interface RequestState {
    tenant_id?: string;
  }
}

const tenant = defineMiddleware({
  name: 'tenant',
  writes: ['tenant_id'],
  handle(req, _res, next) {
    req.state.tenant_id = 'acme';
    next();
  },
});
const stack: Stack<'tenant_id'> = compose({ mine: [tenant] });

async function main(): Promise<void> {
  const github = await FakeGitHub.listen();
  const edition = await openhands({
    env: {
      LOG_LEVEL: 'silent',
      FILE_STORE_PATH: 'store',
      GITHUB_API_URL: github.apiUrl,
      GITHUB_BASE_URL: github.url,
    },
  });
  const app = express().use(stack, edition);
  app.get('/mine', (req, res) => {
    const settings: Settings | undefined = req.state.settings;
    const user: string | undefined = req.state.github_user_id;
    res.json({ settings, user, tenant: req.state.tenant_id });
  });
  const server = listen(app, 0, '127.0.0.1', () => {
    void fetch(\`http://127.0.0.1:\${(server.address() as AddressInfo).port}/api/options/config\`)
      .then((response) => response.json())
      .then(async ({ APP_MODE }: any) => {
        const extended: boolean = SaasServerConfig.prototype instanceof ServerConfig;
        console.log(APP_MODE, stack.plan.map(({ name }) => name).join(), extended);
        server.close();
        await edition.close();
        await github.close();
      });
  });
}
void main();
`;

const KINDS = [
  { kind: 'ESM', manifest: { type: 'module' }, emit: ts.ModuleKind.ESNext },
  { kind: 'CommonJS', manifest: { type: 'commonjs' }, emit: ts.ModuleKind.CommonJS },
] as const;

for (const { kind, manifest, emit } of KINDS) {
  describe(`A fresh ${kind} project`, () => {
    let project: string;

    before(async () => {
      project = await mkdtemp(join(tmpdir(), 'fresh-project-'));
      await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, ...manifest }));
      await writeFile(join(project, 'main.ts'), CODE);
      const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
      // The two behind it are peers of the testing kit.
      await run('npm', [...args, packed().tarball, 'supertest', '@types/supertest'], { cwd: project });
    });
    after(() => rm(project, { recursive: true }));

    for (const [name, options] of [
      ['nodenext', { module: ts.ModuleKind.NodeNext }],
      ['bundler', { module: ts.ModuleKind.Preserve, moduleResolution: ts.ModuleResolutionKind.Bundler }],
    ] as const) {
      it(`type-checks under ${name}, its libraries included`, () => {
        const program = ts.createProgram([join(project, 'main.ts')], {
          ...options,
          target: ts.ScriptTarget.ES2022,
          strict: true,
          noEmit: true,
          types: ['node'],
          typeRoots: [join(project, 'node_modules', '@types')],
        });
        const complaints = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
          return `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
        });
        assert.deepEqual(complaints, []);
      });
    }

    it('runs', async () => {
      const { outputText } = ts.transpileModule(CODE, {
        compilerOptions: { module: emit, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
      });
      assert.equal(outputText.includes('require('), kind === 'CommonJS');
      await writeFile(join(project, 'main.js'), outputText);
      const { stdout, stderr } = await run(process.execPath, ['main.js'], { cwd: project });
      assert.equal(stdout, 'oss tenant true\n');
      assert.equal(stderr, '');
    });

    it('has the command', async () => {
      const { stdout } = await run('npx', ['openhands-express', 'stack'], { cwd: project });
      assert.match(stdout, /github-token/);
    });
  });
}
