import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { main } from '../../lib/cli/main.ts';
import { compiled } from '../compiled.ts';
import { AcmeConfig } from './fixtures/stacks.ts';
import { RecordingTerminal } from './recording-terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const STACKS = `./${relative(process.cwd(), join(root, 'test/cli/fixtures/stacks.ts'))}`;
const OSS = './lib/oss/server-config.ts#ServerConfig';
const ENTERPRISE = './lib/enterprise/saas-server-config.ts#SaasServerConfig';

/** Calls the program, in this process. */
async function call(args: readonly string[], env: Record<string, string> = {}) {
  const terminal = new RecordingTerminal(env);
  const code = await main(['stack', ...args], terminal);
  return { code, out: terminal.written.trimEnd(), errors: terminal.errors.trimEnd() };
}

describe('openhands-express stack', () => {
  let folder: string;
  let lock: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stack-command-'));
    lock = join(folder, 'stack.lock.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('prints', () => {
    it('the stack of the OSS edition when nobody names another', async () => {
      const { code, out } = await call([]);
      assert.equal(code, 0);
      assert.match(out, /^ 1 {2}request-id +oss/m);
      assert.match(out, /^\d+ {2}github-token +oss +\/api +settings +github_token /m);
    });

    it('that of the config which the environment names, without its secrets and without its stores', async () => {
      const { code, out } = await call([], {
        OPENHANDS_CONFIG_CLS: ENTERPRISE,
        DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nowhere',
        FILE_STORE_PATH: folder,
      });
      assert.equal(code, 0);
      assert.match(out, /cors +enterprise +takes the place of cors \(number \d+ of oss\)/);
      assert.deepEqual(await readdir(folder), []);
    });

    it('that of a config class of one’s own, which it closes, and whose files it removes', async () => {
      const { code, out } = await call([`${STACKS}#AcmeConfig`, '--format', 'json']);
      assert.equal(code, 0);
      const { plan } = JSON.parse(out) as { plan: { name: string }[] };
      const names = plan.map(({ name }) => name);
      assert.ok(names.indexOf('acme') > names.indexOf('cors'));
      const [files] = AcmeConfig.closed.splice(0);
      assert.ok(files !== undefined && !existsSync(files));
    });

    it('a stack, and layers, that a module exports, by name or by default', async () => {
      for (const target of [STACKS, `${STACKS}#default`, `${STACKS}#ready`]) {
        assert.match((await call([target])).out, /1 {2}a .*\n2 {2}b /);
      }
      assert.match((await call([`${STACKS}#layers`])).out, /1 {2}a .*\n2 {2}c .*\n3 {2}b /);
    });

    it('with --routes, which layer answers what, and what that replaces', async () => {
      const { code, out } = await call(['--routes'], { OPENHANDS_CONFIG_CLS: ENTERPRISE });
      assert.equal(code, 0);
      assert.match(
        out,
        /^GET +\/oauth\/github\/authorize +enterprise +oauth +authorize\n +through refusePrefetch$/m,
      );
      assert.match(
        out,
        /^POST +\/api\/logout +oss +session +post\n +replaced by POST \/api\/logout \(enterprise\)$/m,
      );
      assert.match(
        (await call([`${STACKS}#routes`, '--routes'])).out,
        /in the place of GET \/users\/:id \(base\)/,
      );
      const { plan } = JSON.parse((await call(['--routes', '--format', 'json'])).out) as { plan: object[] };
      assert.ok(plan.length > 20);
    });

    it('with --routes, the views of a client that was built for the server as well, below all editions', async () => {
      const views = /^GET +\/\{\*path\} +client-views +client-views +indexPage$/m;
      assert.doesNotMatch((await call(['--routes'])).out, views);
      const { out } = await call(['--routes'], { FRONTEND_DIRECTORY: join(root, 'lib/page') });
      assert.match(out, views);
      assert.equal(
        out
          .split('\n')
          .findLast((line) => line.startsWith('GET'))
          ?.includes('client-views'),
        true,
      );
    });

    it('a table, a Mermaid flowchart or JSON', async () => {
      const print = async (format: string) => (await call([STACKS, '--format', format])).out;
      assert.equal(await print('table'), (await call([STACKS])).out);
      assert.match(await print('mermaid'), /^flowchart TB\n/);
      assert.deepEqual(Object.keys(JSON.parse(await print('json')) as object), [
        'plan',
        'wayBack',
        'diagnostics',
      ]);
    });
  });

  describe('ends with', () => {
    it('exit code 1 and the diagnostics when the stack has errors', async () => {
      for (const args of [[], ['--write', '--lock', lock]]) {
        const { code, out, errors } = await call([`${STACKS}#broken`, ...args]);
        assert.equal(code, 1);
        assert.equal(out, '');
        assert.match(
          errors,
          /^The stack has 1 error\.\n\n {2}error S102 .*\n {4}at test\/cli\/fixtures\/stacks\.ts:\d+\n/,
        );
      }
      assert.equal(existsSync(lock), false);
    });

    it('exit code 1 and what to set when a config cannot be made', async () => {
      const { code, errors } = await call([], { PORT: 'seventy' });
      assert.equal(code, 1);
      assert.match(errors, /^PORT /);
    });

    it('exit code 2 and the usage when it is called wrongly', async () => {
      const wrong: [string[], RegExp][] = [
        [['--format', 'yaml'], /--format takes table, mermaid, json, not "yaml"/],
        [['--colour'], /There is no option "--colour"/],
        [[STACKS, STACKS], /One module at a time/],
        [['--check', '--write'], /Either --check or --write/],
        [['./nowhere.ts#stack'], /\.\/nowhere\.ts cannot be found\./],
        [['file:///nowhere/gone.js#stack'], /file:\/\/\/nowhere\/gone\.js cannot be found\./],
        [['no-such-package#stack'], /no-such-package cannot be found\.\n/],
        [
          ['lib/compose.ts#stack'],
          /lib\/compose\.ts cannot be found\. A file is named \.\/lib\/compose\.ts\./,
        ],
        [[`${STACKS}#nothing`], /nothing of .* is not there\./],
        [
          [`${STACKS}#unrelated`],
          /unrelated of .* is neither a stack nor layers nor routes nor a config class\./,
        ],
        [['--routes', '--check'], /leave --routes out/],
        [['--routes', '--format', 'mermaid'], /Routes are printed as table or json/],
        [['--routes', STACKS], /has no routes: name a config class/],
        [[`${STACKS}#routes`], /print them with --routes/],
      ];
      for (const [args, message] of wrong) {
        const { code, errors } = await call(args);
        assert.equal(code, 2, args.join(' '));
        assert.match(errors, message);
        assert.match(errors, /\nopenhands-express stack --help tells more\.\n?$/);
      }
    });

    it('exit code 0 and the usage when that is asked for', async () => {
      const { code, out } = await call(['--help']);
      assert.equal(code, 0);
      assert.match(out, /^Usage: openhands-express stack /);
    });

    it('the same exit codes as a process, which has printed all there is, and which no module keeps alive', async () => {
      const program = [compiled('lib/cli/openhands-express.ts'), 'stack'];
      const run = (target: string) =>
        promisify(execFile)(process.execPath, [...program, target], { timeout: 15_000 }).then(
          ({ stdout }) => ({ code: 0, stdout }),
          (error: unknown) => error as { code: number; stdout: string },
        );
      const [good, bad] = await Promise.all([
        run(compiled('test/cli/fixtures/lively-stack.ts')),
        run(`${compiled('test/cli/fixtures/stacks.ts')}#broken`),
      ]);
      assert.deepEqual([good.code, bad.code], [0, 1]);
      assert.match(good.stdout, /\n3000 {2}anonymous#3000 +base +number 3000 of base\n$/);
    });
  });

  describe('locks the order', () => {
    const check = (...args: string[]) => call([...args, '--check', '--lock', lock]);
    const write = (...args: string[]) => call([...args, '--write', '--lock', lock]);
    const change = async (from: string, to: string) => {
      await writeFile(lock, (await readFile(lock, 'utf8')).replace(from, to));
    };

    it('with --write, a line for each middleware, and leaves the other stacks as they are', async () => {
      assert.match((await write(`${STACKS}#layers`)).out, /holds the order of .*#layers\./);
      await write(STACKS);
      assert.deepEqual(JSON.parse(await readFile(lock, 'utf8')), {
        version: 1,
        stacks: {
          [STACKS]: ['a (base)', 'b (base)'],
          [`${STACKS}#layers`]: ['a (base)', 'c (top)', 'b (base)'],
        },
      });
      assert.match(await readFile(lock, 'utf8'), /\n$/);
    });

    it('of routes too, each with what it replaces and what a request passes before, and without those replaced', async () => {
      await write(`${STACKS}#routes`);
      assert.deepEqual(JSON.parse(await readFile(lock, 'utf8')), {
        version: 1,
        stacks: {},
        routes: {
          [`${STACKS}#routes`]: ['GET /users/:id (top) for GET /users/:id (base) through anonymous'],
        },
      });
      assert.equal((await check()).code, 0);
      await change(' through anonymous', '');
      const { code, errors } = await check();
      assert.equal(code, 1);
      assert.match(
        errors,
        /^.*#routes: the routes are not those of .*\n- GET .*\n\+ GET .* through anonymous\n/,
      );
    });

    it('of the routes of a config class beside its stack', async () => {
      await write(ENTERPRISE);
      const { routes } = JSON.parse(await readFile(lock, 'utf8')) as { routes: Record<string, string[]> };
      assert.ok(routes[ENTERPRISE]?.includes('POST /api/logout (enterprise) for POST /api/logout (oss)'));
      await change('"GET /saas (enterprise)"', '"GET /saas (oss)"');
      const { code, errors } = await check(ENTERPRISE);
      assert.equal(code, 1);
      assert.match(
        errors,
        /: the routes are not those of .*\n- GET \/saas \(oss\)\n\+ GET \/saas \(enterprise\)\n/,
      );
    });

    it('with --write and no module, of all that the file holds, or at first of the config that the environment names', async () => {
      await write();
      const { stacks } = JSON.parse(await readFile(lock, 'utf8')) as { stacks: object };
      assert.deepEqual(Object.keys(stacks), ['openhands-express/oss#ServerConfig']);
      assert.equal((await check()).code, 0);

      await write(STACKS);
      await write(`${STACKS}#layers`);
      await change('"c (top)"', '"c (base)"');
      await change('"b (base)"', '"x (base)"');
      assert.equal((await check()).code, 1);
      await write();
      assert.equal((await check()).code, 0);
    });

    it('and with --check finds nothing as long as it is the same', async () => {
      await write(STACKS);
      await write(`${STACKS}#layers`);
      assert.deepEqual(await check(), { code: 0, out: '', errors: '' });
      assert.equal((await check(STACKS)).code, 0);
    });

    it('and with --check shows what has moved, come and gone, with exit code 1', async () => {
      await write(STACKS);
      await write(`${STACKS}#layers`);
      await change('"c (top)"', '"c (base)"');
      const { code, errors } = await check();
      assert.equal(code, 1);
      assert.equal(
        errors,
        `${STACKS}#layers: the order is not that of ${lock}.\n  a (base)\n- c (base)\n+ c (top)\n  b (base)\n\n` +
          'If this is meant, write it with --write, and commit the lock file.',
      );
      assert.equal((await check(STACKS)).code, 0);
      assert.equal((await check(`${STACKS}#layers`)).code, 1);
    });

    it('and with --check asks for a lock that is missing, with exit code 1', async () => {
      const none = await check();
      assert.deepEqual([none.code, none.errors], [1, `${lock} holds no order yet; --write writes it.`]);
      await write(STACKS);
      const missing = await check(`${STACKS}#layers`);
      assert.equal(missing.code, 1);
      assert.match(missing.errors, /There is none yet\./);
    });

    it('and refuses a file that is something else', async () => {
      for (const text of ['no JSON', '{}', '{ "version": 2, "stacks": {} }']) {
        await writeFile(lock, text);
        for (const { code, errors } of [await check(), await write(STACKS)]) {
          assert.equal(code, 2);
          assert.match(errors, /is not a lock file as --write writes it/);
        }
        assert.equal(await readFile(lock, 'utf8'), text);
      }
    });

    it('of both editions, in the file of this repository', async () => {
      const file = join(root, 'stack.lock.json');
      const { stacks } = JSON.parse(await readFile(file, 'utf8')) as { stacks: object };
      assert.deepEqual(Object.keys(stacks), [ENTERPRISE, OSS]);
      assert.deepEqual(await call(['--check', '--lock', file]), { code: 0, out: '', errors: '' });
    });
  });
});
