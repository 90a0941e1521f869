import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding, FindingId, LearnReport } from '../../lib/learn/index.ts';
import { FINDINGS } from '../../lib/learn/report/finding.ts';
import { markdownTable } from '../docs/markdown-table.ts';
import { TypeChecker } from '../docs/type-check.ts';
import { applyProposal } from './apply-proposal.ts';
import { packed } from './fixture.ts';
import { root, unpackInto, workshop } from './packed.ts';
import { PLANTED } from './planted.ts';

const run = promisify(execFile);

/** As somebody has them who has installed the package, and changed nothing else. */
const project = join(workshop, 'adopt');
const PAGE = join(root, 'docs', 'learn.md');
const TABLE = /(?<=<!-- The table is written by .* -->\n\n)(?:\|.*\n)+/;

/** The file of each app that registers its middleware, that of the proposal, and the line between them. */
const ADOPTION: Readonly<Record<string, readonly [app: string, proposal: string, importing: string]>> = {
  pages: ['app.ts', 'stack.ts', "import * as stacks from './stack.ts';"],
  api: ['app.js', 'stack.js', "const stacks = require('./stack.js');"],
  modular: ['app.js', 'stack.mjs', "import * as stacks from './stack.mjs';"],
};

/** Runs something in the folder of an app, with no more of our environment than that needs. */
async function runIn(app: string, command: string, ...args: string[]): Promise<void> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  await run(command, args, { cwd: join(project, app), env, timeout: 120_000 }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    assert.fail(`${stdout}\n${stderr}`);
  });
}

/** The report on an app, from its own suite. A proposal is written on the way. */
async function learn(app: string): Promise<LearnReport> {
  const command = join(project, 'node_modules', 'openhands-express', 'dist', 'cli', 'openhands-express.js');
  const options = ['--write', '--propose', ADOPTION[app]?.[1] ?? ''];
  await runIn(app, process.execPath, command, 'learn', ...options, '--', 'npm', 'test');
  return JSON.parse(await readFile(join(project, app, 'learn.report.json'), 'utf8')) as LearnReport;
}

/** Jest takes no ES module in a `require` before Node 24.9, so that it is given a transform, as docs/learn.md says. */
async function letJestLoadModules(folder: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [, transform = ''] = /```js file=esm-for-jest\.cjs\n(.*?)```/s.exec(page) ?? [];
  const [, settings = ''] = /```json\n(\{[^`]*esm-for-jest[^`]*)```/.exec(page) ?? [];
  await writeFile(join(folder, 'esm-for-jest.cjs'), transform);
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { jest: object };
  const jest = { ...manifest.jest, ...(JSON.parse(settings) as object) };
  await writeFile(path, JSON.stringify({ ...manifest, jest }));
}

/** The kind, and the handlers with their files: lines move. */
function textOf({ id, places }: Finding): string {
  const handlers = places.map(({ name, at }) =>
    [...new Set([name, at].map((one) => one.replace(/:\d+$/, '')))].join(' '),
  );
  return [id, ...handlers].join(' | ');
}

describe('The apps of examples/adopt', () => {
  const found = new Map<string, string[]>();

  before(async () => {
    await rm(project, { recursive: true, force: true });
    await mkdir(project, { recursive: true });
    await cp(join(root, 'examples', 'adopt'), project, { recursive: true });
    await unpackInto(project, packed());
  });
  after(() => rm(project, { recursive: true, force: true }));

  for (const [app, planted] of Object.entries(PLANTED)) {
    it(`have each fault that was planted in them found, and no other: ${app}`, async () => {
      const { findings } = await learn(app);
      found.set(app, findings.map(textOf));
      assert.deepEqual(found.get(app)?.toSorted(), planted.map((fault) => fault.join(' | ')).toSorted());
    });
  }

  for (const [app, [file, proposal, importing]] of Object.entries(ADOPTION)) {
    it(`pass their own suites with the stacks that are proposed: ${app}`, async () => {
      const path = join(project, app, file);
      const [source, text] = await Promise.all([
        readFile(path, 'utf8'),
        readFile(join(project, app, proposal), 'utf8'),
      ]);
      const adopted = applyProposal(source, text, importing);
      assert.ok(adopted.includes('.use(stacks.'));
      await writeFile(path, adopted);
      if (app === 'api') await letJestLoadModules(join(project, app));
      if (file.endsWith('.ts')) {
        const types = new TypeChecker(project);
        assert.deepEqual(types.complaints(path, file, 0), []);
      }
      await runIn(app, 'npm', 'test');
    });
  }

  it('have a table of what was found, missed and false in docs/learn.md', async () => {
    const table = `${markdownTable([
      ['Id', 'Finding', ...Object.keys(PLANTED).map((app) => `\`${app}\``), 'Found', 'Missed', 'False'],
      ...(Object.keys(FINDINGS) as FindingId[]).map((id) => [id, FINDINGS[id].title, ...countsOf(id)]),
      ['', 'all', ...countsOf('L')],
    ])}\n`;
    const page = await readFile(PAGE, 'utf8');
    // After a change that is meant: UPDATE_TABLES=1 npm run test:package -- -g 'The apps of examples'
    if (process.env.UPDATE_TABLES === '1')
      await writeFile(
        PAGE,
        page.replace(TABLE, () => table),
      );
    else assert.equal(TABLE.exec(page)?.[0], table);
  });

  /** How many were planted in each app; and, of all, how many were found, missed, and found where none is. */
  function countsOf(id: string): string[] {
    const of = (lines: readonly string[]) => lines.filter((line) => line.startsWith(id));
    const sums = { found: 0, missed: 0, false: 0 };
    const planted = Object.entries(PLANTED).map(([app, faults]) => {
      const expected = of(faults.map((fault) => fault.join(' | ')));
      const actual = of(found.get(app) ?? []);
      const both = expected.filter((line) => actual.includes(line));
      sums.found += both.length;
      sums.missed += expected.length - both.length;
      sums.false += actual.length - both.length;
      return expected.length;
    });
    return [...planted, sums.found, sums.missed, sums.false].map(String);
  }
});
