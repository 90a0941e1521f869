import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { codeBlocks } from '../docs/code-blocks.ts';
import { type PackedPackage, packEngine, root, workshop } from './packed.ts';

const run = promisify(execFile);
const REPORT_LISTENING = new URL('../docs/report-listening.mjs', import.meta.url).href;
const ENGINE = 'openhands-express-compose';

/** What an Express app has beyond Express once the engine is installed. */
const EXPRESS = [
  { express: '5', types: '5', brought: [ENGINE] },
  // Express 4 reads paths with an older path-to-regexp.
  { express: '4', types: '4', brought: [ENGINE, `${ENGINE}/node_modules/path-to-regexp`] },
] as const;

describe('The engine as a package of its own', () => {
  const folder = join(workshop, 'engine');
  let engine: PackedPackage;

  before(async () => {
    engine = await packEngine(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('holds the code, its declarations, the two pages that it is explained in, and its license', async () => {
    const others = engine.files.filter((path) => !/^dist\/compose(\/.*)?\.d\.ts$/.test(path));
    assert.deepEqual(others.sort(), [
      'LICENSE',
      'README.md',
      'dist/compose.js',
      'dist/compose.js.map',
      'docs/compose.md',
      'docs/diagnostics.md',
      'package.json',
    ]);
    const license = await readFile(join(root, 'dist-engine', 'LICENSE'), 'utf8');
    assert.match(license, /^MIT License\n\nCopyright/);
  });

  it('has nothing for publint to complain of', async () => {
    const tarball = await readFile(engine.tarball);
    const { messages, pkg } = await publint({
      strict: true,
      pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength) },
    });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  it('has types that are right, says attw', async () => {
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    const args = [attw, engine.tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'];
    await run(process.execPath, args).catch((error: unknown) => {
      assert.fail((error as { stdout: string }).stdout);
    });
  });

  it('links to what is in it, and to nothing else', async () => {
    const broken: string[] = [];
    for (const page of engine.files.filter((path) => path.endsWith('.md'))) {
      const text = await readFile(join(root, 'dist-engine', page), 'utf8');
      for (const [, link = ''] of text.matchAll(/\]\(([^)\s#]+)/g)) {
        const path = page.startsWith('docs/') ? `docs/${link}` : link;
        if (!/^\w+:/.test(link) && !engine.files.includes(path)) broken.push(`${page} -> ${link}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  for (const { express, types, brought } of EXPRESS) {
    describe(`in an empty folder, beside Express ${express}`, () => {
      const readme = (): ReturnType<typeof codeBlocks> => codeBlocks('build/engine/README.md');
      let project: string;
      let alone: readonly string[];

      before(async () => {
        project = await mkdtemp(join(tmpdir(), 'engine-alone-'));
        await writeFile(join(project, 'package.json'), '{ "private": true }');
        await install(`express@${express}`);
        alone = await installed(project);
        await install(engine.tarball);
      });
      after(() => rm(project, { recursive: true }));

      async function install(...packages: readonly string[]): Promise<void> {
        const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
        await run('npm', [...args, ...packages], { cwd: project });
      }

      it('brings itself, and what reads paths if that is not there yet', async () => {
        const added = (await installed(project)).filter((path) => !alone.includes(path));
        assert.deepEqual(added, brought);
        assert.ok(alone.length < 80, `Express alone is ${alone.length} packages`);
        let bytes = 0;
        for (const path of added) bytes += await bytesIn(join(project, 'node_modules', path));
        assert.ok(bytes > 100_000 && bytes < 1_500_000, `${bytes} bytes`);
      });

      it('runs the first block of its README, pasted as it stands', async () => {
        const [block] = readme();
        assert.equal(block?.language, 'js');
        await writeFile(join(project, 'server.mjs'), block.code);
        const child = fork(join(project, 'server.mjs'), {
          cwd: project,
          execArgv: ['--import', REPORT_LISTENING],
          silent: true,
        });
        const ended = once(child, 'exit');
        const stopped = ended.then(() => assert.fail('It ended without listening.'));
        try {
          const [port] = (await Promise.race([once(child, 'message'), stopped])) as [number];
          const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-tenant': 'acme' } });
          const { owner, conflicts } = (await response.json()) as { owner: string; conflicts: unknown[] };
          assert.equal(owner, 'acme');
          assert.equal(conflicts.length, 1);
        } finally {
          child.kill();
          await ended;
        }
      });

      it('explains what it refuses by a page that lies there', async () => {
        const program = `
          import { compose, defineMiddleware } from '${ENGINE}';
          try { compose({ base: [defineMiddleware({ name: 'a', reads: ['b'], handle() {} })] }); }
          catch ({ message }) { console.log(message); }`;
        await writeFile(join(project, 'refused.mjs'), program);
        const { stdout } = await run(process.execPath, ['refused.mjs'], { cwd: project });
        const [, page = '', anchor = ''] = /see (\S+?)#(\S+)/.exec(stdout) ?? assert.fail(stdout);
        assert.equal(page, `${ENGINE}/docs/diagnostics.md`);
        const text = await readFile(join(project, 'node_modules', page), 'utf8');
        assert.equal(anchor, 's104-unmet-read');
        assert.match(text, /^### S104: unmet read$/m);
        // And at the place in the code of the user.
        assert.match(stdout, /refused\.mjs:3/);
      });

      it('type-checks the other block of its README, its libraries included, where keys are merged under its name', async () => {
        await install(`@types/express@${types}`, '@types/node@20');
        const block = readme().find(({ language }) => language === 'ts') ?? assert.fail();
        // Of the keys that are not declared the compiler knows nothing, and this line must be an error.
        const misspelt = block.code.replace(/^.*\$\{req\.state\.tenant\}.*$/m, (line) =>
          [line, '// @ts-expect-error', line.replace('tenant', 'tenent')].join('\n'),
        );
        assert.notEqual(misspelt, block.code);
        assert.deepEqual(await complaintsOf(project, misspelt), []);
      });
    });
  }
});

/** The packages of a project, by their path below `node_modules`. */
async function installed(project: string): Promise<readonly string[]> {
  const lock = await readFile(join(project, 'node_modules', '.package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };
  return Object.keys(packages).map((path) => path.slice('node_modules/'.length));
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const path of await readdir(folder, { recursive: true })) {
    const entry = await stat(join(folder, path));
    if (entry.isFile() && !path.startsWith('node_modules')) bytes += entry.size;
  }
  return bytes;
}

/** The compiler's complaints about a program of the project, and about the declarations that it uses. */
async function complaintsOf(project: string, code: string): Promise<string[]> {
  await mkdir(join(project, 'src'), { recursive: true });
  const path = join(project, 'src', 'stack.mts');
  await writeFile(path, code);
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    // Without the DOM, whose declarations take longer to check than all others.
    lib: ['lib.es2022.d.ts'],
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(project, 'node_modules', '@types')],
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) =>
      [file?.fileName ?? '', ts.flattenDiagnosticMessageText(messageText, '\n')].join(': '),
    );
}
