import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding, FindingId, LearnReport } from '../../lib/learn/index.ts';
import { FINDINGS } from '../../lib/learn/report/finding.ts';
import { markdownTable } from '../docs/markdown-table.ts';
import { packed } from './fixture.ts';
import { root, unpackInto, workshop } from './packed.ts';
import { PLANTED } from './planted.ts';

const run = promisify(execFile);

/** As somebody has them who has installed the package, and changed nothing else. */
const project = join(workshop, 'adopt');
const PAGE = join(root, 'docs', 'learn.md');
const TABLE = /(?<=<!-- The table is written by .* -->\n\n)(?:\|.*\n)+/;

/** The report on an app, from its own suite. */
async function learn(app: string): Promise<LearnReport> {
  const file = join(project, app, 'learn.report.json');
  const command = join(project, 'node_modules', 'openhands-express', 'dist', 'cli', 'openhands-express.js');
  const args = [command, 'learn', '--write', '--', 'npm', 'test'];
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  await run(process.execPath, args, { cwd: join(project, app), env, timeout: 120_000 });
  return JSON.parse(await readFile(file, 'utf8')) as LearnReport;
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
