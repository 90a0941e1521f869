import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { answersIn, APP_PROGRAM, lineOfVisitor, type Told } from './app-program.ts';
import { packed } from './fixture.ts';
import { unpackInto, workshop } from './packed.ts';

const run = promisify(execFile);
const project = join(workshop, 'any-environment');

/** Runs a program of the project. */
async function told(file: string, ...flags: string[]): Promise<Told> {
  const { stdout, stderr } = await run(process.execPath, [...flags, file], {
    cwd: project,
    maxBuffer: 1 << 26,
  });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Told;
}

describe('An app with the packed package', () => {
  let plain: Told;

  before(async () => {
    await rm(project, { recursive: true, force: true });
    await mkdir(project, { recursive: true });
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await unpackInto(project, packed());
    await writeFile(join(project, 'app.js'), APP_PROGRAM);
    plain = await told('app.js');
  });
  after(() => rm(project, { recursive: true, force: true }));

  it('answers, tracked, and names the lines of its declarations', () => {
    const [visitor, config, health, thrown] = plain.answers;
    assert.deepEqual(
      plain.answers.map(({ status }) => status),
      Array.from({ length: 20 }, () => [200, 200, 200, 500]).flat(),
    );
    assert.equal(visitor?.body.visitor, 'visitor 0');
    assert.match(
      JSON.stringify(visitor.body.tracked),
      /"name":"visitor","outcome":"next","reads":\[\],"writes":\["visitor"\]/,
    );
    assert.equal(config?.body.APP_MODE, 'oss');
    assert.ok(health && thrown);
    assert.ok(plain.places.length > 3, 'a diagnostic has a place too');
    assert.equal(plain.places[0], `app.js:${lineOfVisitor(APP_PROGRAM)}`);
  });

  it('has no code made from strings in the trace of an error that a handler throws', () => {
    for (const { body, path } of plain.answers) {
      if (path !== '/throw') continue;
      assert.match(String(body.stack), /^Error: thrown in a handler\n.*app\.js/);
      assert.doesNotMatch(String(body.stack), /\beval\b|\bFunction\b|<anonymous>:\d/);
    }
  });

  it('answers the same where no code may be made from strings', async () => {
    const strict = await told('app.js', '--disallow-code-generation-from-strings');
    assert.deepEqual(strict, plain);
  });

  it('answers the same when it is instrumented by istanbul, its own code and the whole package', async () => {
    const copy = join(project, 'instrumented');
    await mkdir(copy, { recursive: true });
    await unpackInto(copy, packed());
    const dist = join(copy, 'node_modules', 'openhands-express', 'dist');
    const instrumenter = createInstrumenter({ esModules: true, compact: false });
    const files = packed().files.filter((path) => /^dist\/(?!.*\bpage\/).*\.js$/.test(path));
    for (const path of [...files.map((file) => join(dist, '..', file)), join(copy, 'app.js')]) {
      const code =
        path.endsWith('/app.js') && !path.includes('/dist/') ? APP_PROGRAM : await readFile(path, 'utf8');
      const instrumented = instrumenter.instrumentSync(code, path);
      assert.ok(!/[{;]\s*(function|class)/.test(code) || instrumented.includes('coverage'), path);
      await writeFile(path, instrumented);
    }
    assert.deepEqual(answersIn(await told(join('instrumented', 'app.js'))), answersIn(plain));
  });

  for (const { format, file, banner } of [
    { format: 'cjs', file: 'bundle.cjs', banner: '' },
    // What CommonJS modules in an ES module need, says esbuild: https://github.com/evanw/esbuild/pull/2067
    {
      format: 'esm',
      file: 'bundle.mjs',
      banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  ] as const) {
    for (const minify of [false, true]) {
      it(`answers the same in one ${minify ? 'minified ' : ''}bundle of ${format}, and names the lines of its own code there`, async () => {
        await build({
          ...{
            entryPoints: [join(project, 'app.js')],
            outfile: join(project, file),
            bundle: true,
            format,
            minify,
          },
          ...{ platform: 'node', banner: { js: banner }, logLevel: 'error', sourcemap: false },
        });
        const bundled = await told(file);
        assert.deepEqual(answersIn(bundled), answersIn(plain));
        if (minify) return;
        const line = lineOfVisitor(await readFile(join(project, file), 'utf8'));
        assert.ok(line > 0);
        assert.equal(bundled.places[0], `${file}:${line}`);
        assert.ok(bundled.places.every((place) => place.startsWith(`${file}:`)));
      });
    }
  }
});
