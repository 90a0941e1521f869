import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main } from '../../lib/cli/main.ts';
import type { LearnReport } from '../../lib/learn/report/finding.ts';
import { compiled } from '../compiled.ts';
import { CliProcess } from './cli-process.ts';
import { RecordingTerminal } from './recording-terminal.ts';

const FIXTURES = 'test/cli/fixtures/learn';

describe('openhands-express learn', function () {
  this.timeout(600_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'learn-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const learn = (...args: string[]) => learnWith({}, ...args);

  async function learnWith(env: Readonly<Record<string, string>>, ...args: string[]) {
    const cli = new CliProcess(['learn', ...args], env);
    return { code: await cli.exitCode(), out: cli.out, error: cli.error };
  }

  const reportOn = (...args: string[]) => reportOnWith({}, ...args);

  async function reportOnWith(
    env: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<LearnReport> {
    const { code, out, error } = await learnWith(env, '--format', 'json', ...args);
    assert.equal(code, 0, error);
    return JSON.parse(out) as LearnReport;
  }

  function placesOf({ findings }: LearnReport): string[][] {
    return findings.map(({ id, places }) => [
      id,
      ...places.map(({ name, at }) => `${name} ${at.replace(/.*\//, '')}`),
    ]);
  }

  const IN_ESM = ['L102', 'tenant app.mjs:5', 'signIn app.mjs:6'];
  const IN_TYPESCRIPT = ['L102', 'tenant typescript.ts:15', 'signIn typescript.ts:15'];
  const IN_COMMONJS = ['L102', 'tenant commonjs.cjs:6', 'signIn commonjs.cjs:7'];

  for (const [kind, file, requests, found, env] of [
    ['ESM with Express 5', 'esm.mjs', ['GET /users'], [IN_ESM], {}],
    ['CommonJS with Express 4', 'commonjs.cjs', ['GET /v1/users'], [IN_COMMONJS], {}],
    [
      'TypeScript, an app in an app',
      'typescript.ts',
      ['GET /inner/users'],
      [IN_TYPESCRIPT],
      { NODE_OPTIONS: '--import=tsx' },
    ],
  ] as const) {
    it(`watches a program: ${kind}`, async () => {
      const report = await reportOnWith(env, '--', 'node', `${FIXTURES}/${file}`);
      assert.deepEqual(placesOf(report), found);
      assert.deepEqual(
        report.findings.flatMap((finding) => finding.requests),
        requests,
      );
    });
  }

  it('puts together what the workers of a program have learned', async () => {
    const report = await reportOn('--', 'node', `${FIXTURES}/workers.mjs`);
    assert.deepEqual(placesOf(report).sort(), [IN_ESM, IN_COMMONJS].sort());
    assert.equal(report.requests, 3);
  });

  for (const [what, target, file, requests] of [
    ['an app, the requests of an editor', `./${FIXTURES}/app.mjs#app`, 'requests.http', 2],
    ['a function that makes one, those of a browser', `./${FIXTURES}/app.mjs#makeApp`, 'requests.har', 1],
  ] as const) {
    it(`sends the requests itself: ${what}`, async () => {
      const report = await reportOn(target, '--requests', `${FIXTURES}/${file}`);
      assert.deepEqual(placesOf(report), [IN_ESM]);
      assert.equal(report.requests, requests);
    });
  }

  for (const [what, target] of [
    ['the default one of a compiled module', `./${FIXTURES}/compiled.cjs`],
    ['a name that Node does not see', `./${FIXTURES}/unseen-names.cjs#createApp`],
  ] as const) {
    it(`takes an export of CommonJS: ${what}`, async () => {
      const { findings } = await reportOn(target, '--requests', `${FIXTURES}/requests.http`);
      assert.deepEqual(
        findings.map(({ id }) => id),
        ['L102'],
      );
    });
  }

  it('leaves the standard output to a report for a file', async () => {
    const { out, error } = await learn('--format', 'json', '--', 'node', '-p', '"a suite"');
    assert.equal((JSON.parse(out) as LearnReport).requests, 0);
    assert.match(error, /^a suite$/m);
  });

  it('says which other exports a module has', async () => {
    const { code, error } = await learn(`./${FIXTURES}/app.mjs`, '--requests', `${FIXTURES}/requests.http`);
    assert.equal(code, 2);
    assert.match(error, /^default of .* makes one\. It exports app, makeApp: \S+app\.mjs#app\.$/m);
  });

  it('misses the committed report before the command runs', async () => {
    const file = join(folder, 'none.json');
    const { code, out, error } = await learn('--check', '--report', file, '--', 'node', '-p', '1');
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(error, /none\.json is not there; --write writes it\./);
  });

  it('watches an Express that is there before it', async () => {
    const args = [`./${FIXTURES}/app.mjs#app`, '--requests', `${FIXTURES}/requests.http`];
    const report = await reportOnWith({ NODE_OPTIONS: '--import=express' }, ...args);
    assert.deepEqual(placesOf(report), [IN_ESM]);
  });

  it('ends as the command does, and reports all the same', async () => {
    const { code, out } = await learn('--', 'node', `${FIXTURES}/failing.mjs`);
    assert.equal(code, 3);
    assert.match(out, /^1 finding in 1 request\.\n\ntenant ↔ signIn\n {2}warning L102/);
  });

  it('has what a process has learned that a signal ends', async () => {
    const { code, out } = await learn('--', 'node', `${FIXTURES}/terminated.mjs`);
    assert.equal(code, 1);
    assert.match(out, /^1 finding in 1 request\./);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends the command when it gets ${signal} itself, and reports all the same`, async () => {
      const cli = new CliProcess(['learn', '--', 'node', `${FIXTURES}/endless.mjs`]);
      await cli.hasSaid('asked');
      cli.kill(signal);
      assert.equal(await cli.exitCode(), 1);
      assert.match(cli.out, /^1 finding in 1 request\./);
    });
  }

  for (const [what, place] of [
    ['is gone', () => Promise.resolve()],
    ['somebody has put a link in the place of', (path: string) => symlink(folder, path)],
  ] as const) {
    it(`writes nothing where the folder of the command ${what}, and ends as it would`, async () => {
      const path = join(folder, 'of-the-command');
      await place(path);
      const program = spawn(
        process.execPath,
        [`--import=${pathToFileURL(compiled('lib/learn/register.ts')).href}`, `${FIXTURES}/esm.mjs`],
        { env: { PATH: process.env.PATH, OPENHANDS_EXPRESS_LEARN_FOLDER: path }, stdio: 'ignore' },
      );
      const [code] = (await once(program, 'close')) as [number | null];
      const left = await readdir(folder);
      assert.deepEqual([code, left.filter((name) => name !== 'of-the-command')], [0, []]);
      assert.equal(left.includes('of-the-command'), what !== 'is gone');
    });
  }

  it('says what to set where a thread was terminated before it had written', async () => {
    const { notes } = await reportOn('--', 'node', `${FIXTURES}/terminated-thread.mjs`);
    assert.deepEqual(notes, [
      'A worker thread was terminated before it had written all that it learned. With Vitest, set --pool=forks.',
    ]);
  });

  it('says that nothing came to an app', async () => {
    const { code, out } = await learn('--', 'node', '--eval', '0');
    assert.equal(code, 0);
    assert.match(out, /^No findings in 0 requests\.\n\n {2}note: No request came to an Express app/);
  });

  it('takes a committed report for granted, and ends with 1 at what is new', async () => {
    const file = join(folder, 'report.json');
    const command = ['--report', file, '--', 'node', `${FIXTURES}/esm.mjs`];
    assert.equal((await learn('--write', ...command)).code, 0);
    assert.deepEqual(await learn('--check', ...command), { code: 0, out: '', error: '' });

    const report = JSON.parse(await readFile(file, 'utf8')) as LearnReport;
    const moved = report.findings.map((finding) => ({ ...finding, key: 'req.other' }));
    await writeFile(file, JSON.stringify({ ...report, findings: moved }));
    const { code, error } = await learn('--check', ...command);
    assert.equal(code, 1);
    assert.match(error, /tenant ↔ signIn/);
    assert.match(error, /are not in .*report\.json/);
  });

  it('writes a stack for the app into a new file, and nothing over one that is there', async () => {
    const file = join(folder, 'stack.ts');
    const proposal = ['--propose', file, '--format', 'json', '--', 'node', `${FIXTURES}/esm.mjs`];
    const { code, out, error } = await learn(...proposal);
    assert.equal(code, 0, error);
    assert.equal((JSON.parse(out) as LearnReport).requests, 1);
    assert.match(error, /stack\.ts holds a stack of 2\.$/m);
    assert.match(await readFile(file, 'utf8'), /export function stack\(app: \{/);

    const again = await learn(...proposal);
    assert.equal(again.code, 2);
    assert.match(again.error, /stack\.ts is there already/);
  });

  for (const [wrong, args, message] of [
    ['a proposal that is no code', ['--propose', 'stack.json', '--', 'node'], '--propose takes a file of'],
    ['an order without a proposal', ['--order', '--', 'node'], '--order says how'],
    ['a format that it has not', ['--format', 'xml', '--', 'node'], '--format takes'],
    ['neither a command nor a module', [], 'Either a command behind --, or one module.'],
    ['a module without requests', ['./app.mjs'], 'A module takes --requests'],
    ['requests that are not there', ['./app.mjs', '--requests', 'none.http'], 'none.http cannot be read.'],
    ['a report that is none', ['--check', '--report', 'README.md', '--', 'node', '-e', '0'], 'is no report'],
  ] as const) {
    it(`refuses ${wrong}`, async () => {
      const terminal = new RecordingTerminal({ PATH: process.env.PATH ?? '' });
      assert.equal(await main(['learn', ...args], terminal), 2);
      assert.match(terminal.errors, new RegExp(message));
    });
  }

  for (const [format, begin] of [
    ['markdown', /^1 finding in 1 request\.\n\n\| Finding /],
    ['html', /^<!doctype html>/],
  ] as const) {
    it(`writes ${format}`, async () => {
      const { out } = await learn('--format', format, '--', 'node', `${FIXTURES}/esm.mjs`);
      assert.match(out, begin);
      assert.match(out, /L102 read before it is written/);
    });
  }
});
