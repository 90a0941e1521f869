import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

const root = fileURLToPath(new URL('../', import.meta.url));
const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IConfiguration;

/** A row of the tables of CONTRIBUTING.md. */
interface Row {
  /** A folder, which ends with a slash, a file, or the files `*.ts` of a folder. */
  readonly place: string;
  readonly mayImport: readonly string[];
}

/** The places of a cell. Other code in it, such as `createApp`, is none. */
function placesIn(cell: string): string[] {
  return [...cell.matchAll(/`(?<place>[\w/*.-]+(?:\/|\.ts))`/g)].flatMap(({ groups }) => groups?.place ?? []);
}

async function readRows(): Promise<Row[]> {
  const page = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
  const section = page.split(/^## /m).find((one) => one.startsWith('How the house is laid out')) ?? '';
  const rows = [...section.matchAll(/^\| (?<place>`.*?) \|.*\| (?<allowed>.*?) \|$/gm)].flatMap(
    ({ groups }) =>
      placesIn(groups?.place ?? '').map((place) => ({ place, mayImport: placesIn(groups?.allowed ?? '') })),
  );
  const rooms = rows.map(({ place }) => place).filter((place) => place.startsWith('lib/compose/'));
  return rows.map((row) => (row.place === 'lib/compose.ts' ? { ...row, mayImport: rooms } : row));
}

/** A module in a place that imports from another, and what the rules say of it. */
interface Import {
  readonly from: string;
  readonly to: string;
  /** The names of the rules that refuse it. */
  readonly refusedBy: readonly string[];
}

describe('The walls of the house', function () {
  this.timeout(600_000);
  let folder: string;
  let rows: readonly Row[];
  let imports: readonly Import[];

  before(async () => {
    rows = await readRows();
    folder = await mkdtemp(join(tmpdir(), 'architecture-'));
    await plant(rows.map(({ place }) => place));
    imports = await checked();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('stand around all that is in lib, which CONTRIBUTING.md tells of', async () => {
    for (const { place } of rows) assert.ok(existsSync(join(root, place.replace('*.ts', ''))), place);
    const files = (await readdir(join(root, 'lib'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
    assert.ok(files.length > 300, String(files.length));
    assert.deepEqual(
      files.filter((file) => rows.every(({ place }) => !isIn(file, place))),
      [],
    );
  });

  it('let through what CONTRIBUTING.md allows, and refuse everything else, by a rule of the place', () => {
    const wrong: string[] = [];
    for (const { place: from, mayImport } of rows) {
      for (const { place: to } of rows.filter(({ place }) => place !== from)) {
        const [found] = imports.filter((one) => one.from === moduleOf(from) && one.to === moduleOf(to));
        const refused = found?.refusedBy.filter((rule) => rule !== 'no-circular') ?? [];
        if (found === undefined) wrong.push(`${from} → ${to} was not seen`);
        else if (mayImport.includes(to) === refused.length > 0)
          wrong.push(`${from} → ${to}: ${refused.join()}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  for (const [what, from, to, rule] of [
    ['a circle of modules', 'lib/oss/circle-1.ts', 'lib/oss/circle-2.ts', 'no-circular'],
    ['a circle of types', 'lib/oss/types-1.ts', 'lib/oss/types-2.ts', 'no-circular'],
    ['a circle over three modules', 'lib/oss/three-1.ts', 'lib/oss/three-2.ts', 'no-circular'],
    ['an import of types through a wall', 'lib/oss/type-of-above.ts', 'lib/app.ts', 'oss'],
    ['a dynamic import through a wall', 'lib/oss/later.ts', 'lib/enterprise/planted.ts', 'oss'],
    ['a re-export through a wall', 'lib/oss/passed-on.ts', 'lib/cli/planted.ts', 'oss'],
    ['a development package in what ships', 'lib/oss/mocha.ts', 'mocha', 'runtime-dependencies-only'],
    ['a package in the messages', 'lib/express-messages/package.ts', 'express', 'express-messages-alone'],
    ['Node in a page', 'lib/page/node.js', 'fs', 'pages-run-in-a-browser'],
    ['Node in the page of a report', 'lib/learn/page/node.js', 'fs', 'page-of-a-report'],
    ['a package in a page', 'lib/page/package.js', 'express', 'pages-run-in-a-browser'],
    [
      'the server in the page of the inspector',
      'lib/inspector/page/up.js',
      'lib/inspector/planted.ts',
      'pages-run-in-a-browser',
    ],
  ] as const) {
    it(`refuse ${what}`, () => {
      const [found, ...others] = imports.filter(
        (one) => one.from === from && (one.to === to || one.to.includes(`node_modules/${to}/`)),
      );
      assert.ok(found !== undefined && others.length === 0, `${from} → ${to} was seen`);
      assert.deepEqual(found.refusedBy, [rule]);
    });
  }

  it('let through what is no circle, and types of a development package', () => {
    for (const from of ['lib/oss/straight.ts', 'lib/oss/mocha-types.ts', 'lib/page/own.js']) {
      const own = imports.filter((one) => one.from === from);
      assert.deepEqual(
        own.map(({ refusedBy }) => refusedBy),
        [[]],
        from,
      );
    }
  });

  it('have no rule that refuses nothing here', () => {
    const refusing = new Set(imports.flatMap(({ refusedBy }) => refusedBy));
    assert.deepEqual(
      config.forbidden?.map(({ name }) => name).filter((name) => !refusing.has(name ?? '')),
      [],
    );
  });

  /** Builds a house of the same places, in which each imports from every other. */
  async function plant(places: readonly string[]): Promise<void> {
    for (const name of ['node_modules', 'package.json', 'tsconfig.json']) {
      await symlink(join(root, name), join(folder, name));
    }
    for (const place of places) {
      const others = places.filter((other) => other !== place).map(moduleOf);
      await write(
        moduleOf(place),
        others.map((other) => `import '${specifier(moduleOf(place), other)}';`),
      );
    }
    await write('lib/oss/circle-1.ts', ["import './circle-2.ts';"]);
    await write('lib/oss/circle-2.ts', ["import './circle-1.ts';"]);
    await write('lib/oss/types-1.ts', [
      "import type { Two } from './types-2.ts';",
      'export type One = Two[];',
    ]);
    await write('lib/oss/types-2.ts', [
      "import type { One } from './types-1.ts';",
      'export type Two = One[];',
    ]);
    await write('lib/oss/three-1.ts', ["import './three-2.ts';"]);
    await write('lib/oss/three-2.ts', ["export * from './three-3.ts';"]);
    await write('lib/oss/three-3.ts', ["import type {} from './three-1.ts';"]);
    await write('lib/oss/straight.ts', ["import './end.ts';"]);
    await write('lib/oss/end.ts', ['export {};']);
    await write('lib/oss/type-of-above.ts', [
      "import type { App } from '../app.ts';",
      'export type Own = App;',
    ]);
    await write('lib/oss/later.ts', ["export const later = () => import('../enterprise/planted.ts');"]);
    await write('lib/oss/passed-on.ts', ["export * from '../cli/planted.ts';"]);
    await write('lib/oss/mocha.ts', ["import 'mocha';"]);
    await write('lib/oss/mocha-types.ts', [
      "import type { Suite } from 'mocha';",
      'export type Own = Suite;',
    ]);
    await write('lib/express-messages/package.ts', ["import 'express';"]);
    await write('lib/page/node.js', ["import 'node:fs';"]);
    await write('lib/learn/page/node.js', ["import 'node:fs';"]);
    await write('lib/page/package.js', ["import 'express';"]);
    await write('lib/page/own.js', ["import './other.js';"]);
    await write('lib/page/other.js', ['export {};']);
    await write('lib/inspector/page/up.js', ["import '../planted.ts';"]);
  }

  async function write(path: string, lines: readonly string[]): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${lines.join('\n')}\n`);
  }

  async function checked(): Promise<Import[]> {
    const { output } = await cruise(['lib', 'server.ts', 'examples'], {
      ...config.options,
      ruleSet: { forbidden: config.forbidden ?? [] },
      validate: true,
      baseDir: folder,
    });
    return (output as ICruiseResult).modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved, rules = [] }) => ({
        from: source,
        to: resolved,
        refusedBy: rules.map(({ name }) => name),
      })),
    );
  }
});

/** The module that stands for a place. */
function moduleOf(place: string): string {
  return place.endsWith('/') ? `${place}planted.ts` : place.replace('*', 'planted');
}

function specifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

function isIn(file: string, place: string): boolean {
  if (place.endsWith('/')) return file.startsWith(place);
  return place.endsWith('*.ts') ? dirname(file) === dirname(place) : file === place;
}
