import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packed } from './fixture.ts';
import { unpackInto, workshop } from './packed.ts';

const project = join(workshop, 'bundles');

/** How the license of each file begins that holds another package, and a line that it has to have. */
const LICENSES: Readonly<Record<string, { begins: RegExp; says: string }>> = {
  'dist/packages/prom-client.js': {
    begins: /\n\/\*!\nprom-client \d+\.\d+\.\d+, .*\n\nApache License\n +Version 2\.0, January 2004\n/,
    says: 'END OF TERMS AND CONDITIONS',
  },
  'dist/packages/zod.js': {
    begins: /\n\/\*!\nzod \d+\.\d+\.\d+, .*\n\nMIT License\n\nCopyright .*Colin McDonnell\n/,
    says: 'shall be included in all\ncopies or substantial portions of the Software',
  },
};

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

describe('The bundles of the packed package', () => {
  let maps: ReadonlyMap<string, SourceMap>;

  before(async () => {
    await mkdir(project, { recursive: true });
    await unpackInto(project, packed());
    const folder = join(project, 'node_modules', 'openhands-express');
    const paths = packed().files.filter((path) => path.endsWith('.js.map'));
    const read = async (path: string): Promise<[string, SourceMap]> => [
      path.replace(/\.map$/, ''),
      JSON.parse(await readFile(join(folder, path), 'utf8')) as SourceMap,
    ];
    maps = new Map(await Promise.all(paths.map(read)));
  });
  after(() => rm(project, { recursive: true, force: true }));

  it('keep what is under the license of the Enterprise edition in files of its own', () => {
    assert.deepEqual(mixed(maps), []);
    const enterprise = [...maps].filter(([, { sources }]) => sources.some(isEnterprise));
    assert.ok(enterprise.length > 0);
    for (const [path] of enterprise) assert.match(path, /^dist\/enterprise\//);
  });

  it('would be found to mix licenses if they did', () => {
    const sources = ['../../lib/oss/secret.ts', '../../lib/enterprise/index.ts'];
    assert.deepEqual(mixed(new Map([['dist/index.js', { sources }]])), ['dist/index.js']);
  });

  it('have what they hold of other packages in files of its own, under its license, without the texts of other languages', async () => {
    const foreign = [...maps].filter(([, { sources }]) => sources.some(isForeign));
    assert.deepEqual(foreign.map(([path]) => path).sort(), Object.keys(LICENSES));
    for (const [path, { sources }] of foreign) {
      assert.ok(sources.every(isForeign), path);
      assert.deepEqual(
        sources.filter((source) => /\/locales\/(?!en\.js)/.test(source)),
        [],
      );
      const text = await readFile(join(project, 'node_modules', 'openhands-express', path), 'utf8');
      const { begins, says } = LICENSES[path] ?? assert.fail(path);
      assert.match(text, begins);
      assert.ok(text.includes(says), path);
    }
  });

  it('are ASCII, without the comments, which are in the source maps', async () => {
    for (const path of maps.keys()) {
      const text = await readFile(join(project, 'node_modules', 'openhands-express', path), 'utf8');
      assert.match(text, /^\p{ASCII}*$/u, path);
      assert.doesNotMatch(text, /^\s*\/\*\*/m, path);
    }
  });

  it('come with their sources, for those who debug', () => {
    for (const [path, { sources, sourcesContent = [] }] of maps) {
      assert.equal(sourcesContent.length, sources.length, path);
      assert.ok(
        sourcesContent.every((content) => typeof content === 'string'),
        path,
      );
    }
  });

  it('are few, since every file costs time at the start', () => {
    const modules = [...maps.values()].flatMap(({ sources }) => sources);
    assert.ok(modules.length > 5 * maps.size, `${modules.length} modules in ${maps.size} files`);
  });
});

function mixed(maps: ReadonlyMap<string, SourceMap>): string[] {
  return [...maps]
    .filter(([, { sources }]) => sources.some(isEnterprise) && !sources.every(isEnterprise))
    .map(([path]) => path);
}

function isForeign(source: string): boolean {
  return source.includes('/node_modules/');
}

function isEnterprise(source: string): boolean {
  return source.includes('/lib/enterprise/');
}
