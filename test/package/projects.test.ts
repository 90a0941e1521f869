import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { CODE } from './consumer-code.ts';
import { packed } from './fixture.ts';

const run = promisify(execFile);

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
