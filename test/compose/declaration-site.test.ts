import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { RequestHandler } from 'express';
import {
  compose,
  defineErrorMiddleware,
  defineMiddleware,
  type Middleware,
  wrap,
} from '../../lib/compose.ts';
import { callerIn } from '../../lib/compose/diagnose/stack-trace.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const FROZEN = join(root, 'test/compose/fixtures/frozen-error.ts');

/** The line that calls this, so that the line of a declaration beside it is known. */
function here(): string {
  const frame = new Error().stack?.split('\n')[2] ?? '';
  return `test/compose/declaration-site.test.ts:${/:(\d+):\d+\)?$/.exec(frame)?.[1] ?? ''}`;
}

/** The line after one. */
function line(before: string): string {
  const [file = '', number] = before.split(':');
  return `${file}:${Number(number) + 1}`;
}

const sitesOf = (stack: { plan: readonly { at: string }[] }) => stack.plan.map(({ at }) => at);

describe('The place of a declaration', () => {
  it('is the line that calls defineMiddleware, defineErrorMiddleware or wrap', () => {
    const lines: string[] = [];
    const base = [
      (lines.push(here()), defineMiddleware({ name: 'a', handle: (_req, _res, next) => next() })),
      (lines.push(here()), defineErrorMiddleware({ name: 'b', handle: (e, _req, _res, next) => next(e) })),
      (lines.push(here()), wrap((_req, _res, next) => next(), { name: 'c' })),
    ];
    assert.deepEqual(sitesOf(compose({ base })), lines);
  });

  it('is the line of compose for an ordinary handler, which declares nothing', () => {
    const line = here();
    const stack = compose({ base: [(_req, _res, next) => next()] });
    const [file, number] = line.split(':');
    assert.deepEqual(sitesOf(stack), [`${file ?? ''}:${Number(number) + 1}`]);
  });

  it('is the line in the factory, when a factory makes the middleware', () => {
    let line = '';
    const limit = (name: string) => {
      line = here();
      return defineMiddleware({ name, handle: (_req, _res, next) => next() });
    };
    const [at = ''] = sitesOf(compose({ base: ['one'].map(limit) }));
    assert.equal(Number(at.split(':')[1]), Number(line.split(':')[1]) + 1);
  });

  it('is the line that hands the function to JavaScript itself, such as to Array.map', () => {
    const handle: RequestHandler = (_req, _res, next) => next();
    const at = line(here());
    const base = [{ name: 'a', handle }].map((definition) => definition).map(defineMiddleware);
    assert.deepEqual(sitesOf(compose({ base })), [at]);
  });

  it('is the line after an await, and that of code behind a promise', async () => {
    const handle: RequestHandler = (_req, _res, next) => next();
    await Promise.resolve();
    const awaited = line(here());
    const one = defineMiddleware({ name: 'a', handle });
    const then = line(here());
    const other = await Promise.resolve('b').then((name) => defineMiddleware({ name, handle }));
    assert.deepEqual(sitesOf(compose({ base: [one, other] })), [awaited, then]);
  });

  it('is, for code made from a string, in the file that made it', () => {
    const handle: RequestHandler = (_req, _res, next) => next();
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what is to be found out
    const make = new Function('define', 'handle', 'return define({ name: "a", handle })') as (
      ...args: unknown[]
    ) => Middleware;
    const [site = ''] = sitesOf(compose({ base: [make(defineMiddleware, handle)] }));
    // Node's source maps know no lines of code made from strings.
    assert.match(site, /^test\/compose\/declaration-site\.test\.ts:\d+$/);
  });

  describe('in a program that has made Error its own', () => {
    const names = ['stackTraceLimit', 'prepareStackTrace'] as const;
    const kept = names.map((name) => Object.getOwnPropertyDescriptor(Error, name));

    afterEach(() => {
      for (const [index, name] of names.entries()) {
        const descriptor = kept[index];
        if (descriptor === undefined) Reflect.deleteProperty(Error, name);
        else Object.defineProperty(Error, name, descriptor);
      }
    });

    const declared = () => defineMiddleware({ name: 'a', handle: (_req, _res, next) => next() });
    const siteOf = (middleware: Middleware) => sitesOf(compose({ base: [middleware] }))[0] ?? '';
    const OWN = /^test\/compose\/declaration-site\.test\.ts:\d+$/;

    for (const limit of [0, 1, 10, Infinity, undefined, 'many']) {
      it(`is known with a limit of ${String(limit)} for stack traces, which stays`, () => {
        Error.stackTraceLimit = limit as number;
        const middleware = declared();
        assert.equal(Error.stackTraceLimit, limit);
        assert.match(siteOf(middleware), OWN);
      });
    }

    it('is known without a limit, and none is left behind', () => {
      Reflect.deleteProperty(Error, 'stackTraceLimit');
      const middleware = declared();
      assert.equal(Object.hasOwn(Error, 'stackTraceLimit'), false);
      assert.match(siteOf(middleware), OWN);
    });

    it('is known with call sites instead of text', () => {
      Error.prepareStackTrace = (_error, sites) => sites;
      assert.match(siteOf(declared()), OWN);
    });

    it('is known in code made from a string with call sites instead of text', () => {
      Error.prepareStackTrace = (_error, sites) => sites;
      const inString = (0, eval)('(define, definition) => define(definition)') as (
        ...args: unknown[]
      ) => Middleware;
      assert.match(siteOf(inString(defineMiddleware, { name: 'a', handle: declared().handle })), OWN);
    });

    it('is what a source map says, when one is asked for each trace', () => {
      Error.prepareStackTrace = () => `Error\n    at mapped (${root}src/real.ts:12:3)`;
      assert.equal(siteOf(declared()), 'src/real.ts:12');
    });

    for (const [what, prepare] of Object.entries<() => unknown>({
      throws: () => {
        throw new Error('No.');
      },
      'returns nothing': () => undefined,
      'returns objects of its own': () => [{ file: 'a.ts' }, null],
      'returns a text of its own': () => 'somewhere',
    })) {
      it(`is unknown, and the stack works, when its formatter ${what}`, () => {
        Error.prepareStackTrace = prepare;
        assert.equal(siteOf(declared()), '<unknown>');
      });
    }

    it('keeps nothing from working when Error is frozen', async () => {
      const { stdout } = await run(process.execPath, ['--import', 'tsx', FROZEN]);
      assert.match(stdout, /^test\/compose\/fixtures\/frozen-error\.ts:\d+\n$/);
    });
  });
});

describe('The caller in a stack trace', () => {
  const frames: readonly (readonly [frame: string, place: string | undefined])[] = [
    ['at file:///srv/app/a.js:3:5', '/srv/app/a.js:3'],
    ['at async file:///srv/app/a.js:3:5', '/srv/app/a.js:3'],
    ['at file:///srv/my%20app/a.js?v=2:3:5', '/srv/my app/a.js:3'],
    ['at Object.<anonymous> (/srv/app/a.js:3:5)', '/srv/app/a.js:3'],
    ['at Object.<anonymous> (/srv/app (copy)/a.js:3:5)', '/srv/app (copy)/a.js:3'],
    ['at /srv/app (copy)/a.js:3:5', '/srv/app (copy)/a.js:3'],
    ['at new Stack (/srv/app/a.js:3:5)', '/srv/app/a.js:3'],
    ['at Layers.of [as make] (/srv/app/a.js:3:5)', '/srv/app/a.js:3'],
    ['at Object.make (it) [as make] (/srv/app/a.js:3:5)', '/srv/app/a.js:3'],
    [`at make (${root}lib/a.ts:3:5)`, 'lib/a.ts:3'],
    [`at make (${root}..lib/a.ts:3:5)`, `${root}..lib/a.ts:3`],
    ['at make (C:\\srv\\app\\a.js:3:5)', 'C:\\srv\\app\\a.js:3'],
    ['at C:\\srv\\app\\a.js:3:5', 'C:\\srv\\app\\a.js:3'],
    ['at make (\\\\server\\share\\a.js:3:5)', '\\\\server\\share\\a.js:3'],
    ['at make (webpack-internal:///./src/a.ts:3:5)', 'webpack-internal:///./src/a.ts:3'],
    ['at make (https://example.org/a.js:3:5)', 'https://example.org/a.js:3'],
    ['at eval (eval at make (file:///srv/a.js:3:5), <anonymous>:1:1)', '/srv/a.js:3'],
    [
      'at eval (eval at x (eval at make (/srv/a (1).js:3:5), <anonymous>:2:2), <anonymous>:1:1)',
      '/srv/a (1).js:3',
    ],
    ['at Array.map (<anonymous>)', undefined],
    ['at async Promise.all (index 0)', undefined],
    ['at node:internal/main/run_main_module:22:1', undefined],
    ['at Module._compile (node:internal/modules/cjs/loader:3:5)', undefined],
    ['at <anonymous>', undefined],
    ['at (/srv/app/a.js)', undefined],
  ];
  for (const [frame, place] of frames) {
    it(`is ${place ?? 'nowhere'} for ${frame.replace(root, '…/')}`, () => {
      assert.equal(callerIn(`Error: at /not/here.js:1:1\n    ${frame}`), place);
    });
  }

  it('is the innermost one that is in a file', () => {
    const trace = ['[object Object]', 'at Array.map (<anonymous>)', 'at a (/a.js:1:1)', 'at b (/b.js:2:2)'];
    assert.equal(callerIn(trace.join('\n    ')), '/a.js:1');
  });
});

describe('The place of a declaration in a bundle', function () {
  this.timeout(600_000);
  const APP = 'test/compose/fixtures/bundled-app.ts';
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const format of ['esm', 'cjs'] as const) {
    for (const minify of [false, true]) {
      it(`is, in ${minify ? 'minified ' : ''}${format}, that of the app's own source, or of its line in the bundle`, async () => {
        const outfile = join(folder, minify ? 'small' : 'plain', format === 'esm' ? 'app.mjs' : 'app.cjs');
        await build({
          entryPoints: [APP],
          outfile,
          format,
          minify,
          bundle: true,
          platform: 'node',
          sourcemap: true,
          logLevel: 'error',
          // What esbuild asks for where packages written in CommonJS, Express among them, go into an ES module.
          ...(format === 'esm' && { banner: { js: REQUIRE } }),
        });
        const sites = async (...flags: string[]) =>
          JSON.parse((await run(process.execPath, [...flags, outfile], { cwd: folder })).stdout) as string[];
        const source = await readFile(APP, 'utf8');
        const lines = source
          .split('\n')
          .flatMap((text, index) => (/ \/\/ \d$/.test(text) ? [index + 1] : []));
        assert.deepEqual(
          await sites('--enable-source-maps'),
          lines.map((number) => `${root}${APP}:${number}`),
        );
        const bundled = (await readFile(outfile, 'utf8')).split('\n');
        for (const site of await sites()) {
          const [file = '', number] = site.split(':');
          assert.equal(join(folder, file), outfile);
          assert.match(
            bundled[Number(number) - 1] ?? '',
            minify ? /the-first/ : /the-first|the-second|the-third|compose\(/,
          );
        }
      });
    }
  }
});
