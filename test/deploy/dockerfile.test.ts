import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { freePort } from '../../demo/free-port.ts';
import { buildImage, type Image } from './image.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('The Dockerfile', () => {
  let folder: string;
  let image: Image;
  let instructions: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'image-'));
    ({ image, instructions } = await buildImage(ROOT, folder));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('has nothing that a linter finds fault with', async () => {
    assert.deepEqual(validate(await readFile(join(ROOT, 'Dockerfile'), 'utf8')), []);
  });

  it('builds, in a stage of its own, what the image has: the program and what it needs, no source and no test', async () => {
    assert.equal(instructions.filter((keyword) => keyword === 'FROM').length, 2);
    const present = (await readdir(image.path('/app'))).sort();
    assert.deepEqual(present, ['CHANGELOG.md', 'LICENSE', 'dist', 'lib', 'node_modules', 'package.json']);
    assert.deepEqual(await readdir(image.path('/app/lib/enterprise')), ['LICENSE']);
    for (const name of ['express', 'pg']) await access(image.path(`/app/node_modules/${name}`));
    for (const name of ['typescript', 'mocha', 'tsx', 'eslint']) {
      await assert.rejects(access(image.path(`/app/node_modules/${name}`)), { code: 'ENOENT' }, name);
    }
  });

  it('runs as a user who can write to the store, which nobody else can read', async () => {
    assert.equal(image.user, 'node');
    assert.deepEqual(image.volumes, [image.env.FILE_STORE_PATH]);
    assert.equal((await stat(image.path(image.env.FILE_STORE_PATH!))).mode & 0o777, 0o700);
  });

  describe('started', () => {
    let server: ChildProcess | undefined;
    let env: Record<string, string>;

    beforeEach(async () => {
      env = { ...image.processEnv, PORT: String(await freePort()) };
    });
    afterEach(() => server?.kill('SIGKILL'));

    function start(
      args: readonly string[] = image.cmd,
      variables: Record<string, string> = {},
    ): ChildProcess {
      const [program = '', ...entry] = image.entrypoint;
      server = spawn(program, [...entry, ...args], {
        cwd: image.path('.'),
        env: { ...env, ...variables },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return server;
    }

    async function exitCodeOf([program = '', ...args]: readonly string[]): Promise<number> {
      const [code] = (await once(spawn(program, args, { env }), 'exit')) as [number];
      return code;
    }

    async function listening(child: ChildProcess): Promise<void> {
      for await (const chunk of child.stdout ?? []) if (String(chunk).includes('listens on')) return;
      assert.fail('It ended before it listened.');
    }

    it('serves, is healthy for as long as it does, and ends with 0 when it is stopped', async () => {
      const child = start();
      await listening(child);
      assert.equal((await fetch(`http://127.0.0.1:${env.PORT!}/ready`)).status, 200);
      assert.match(await (await fetch(`http://127.0.0.1:${env.PORT!}/`)).text(), /<!doctype html>/i);
      assert.equal(await exitCodeOf(image.healthcheck), 0);
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      assert.deepEqual(await exit, [0, null]);
      assert.equal(await exitCodeOf(image.healthcheck), 1);
    });

    it('has the Enterprise edition, and the other commands', async () => {
      await listening(
        start(image.cmd, {
          OPENHANDS_CONFIG_CLS: './dist/enterprise/index.js#SaasServerConfig',
          GITHUB_APP_CLIENT_ID: 'Iv1.image',
          GITHUB_APP_CLIENT_SECRET: 'hush',
        }),
      );
      assert.deepEqual(await (await fetch(`http://127.0.0.1:${env.PORT!}/saas`)).json(), { saas: true });
      server?.kill('SIGKILL');
      const help = start(['--help']);
      help.stdout?.resume();
      assert.deepEqual(await once(help, 'exit'), [0, null]);
    });
  });
});
