import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packed } from './fixture.ts';
import { unpackInto, workshop } from './packed.ts';

const project = join(workshop, 'start-up');
const server = join(project, 'node_modules', 'openhands-express', 'dist', 'cli', 'openhands-express.js');
const RECORDER = new URL('record-modules.js', import.meta.url).href;

/** Each takes long to load, and is loaded where it is first used: with a request to GitHub, with a sign-in, … */
const ON_DEMAND = [
  ...['@octokit/rest', 'express-rate-limit', 'ip-address', 'jose', 'simple-oauth2', 'pg', 'redis'],
  ...['rate-limit-redis', 'log-update'],
];
/** What is used of them is in the package, in one file each instead of a hundred. */
const BUNDLED = ['zod', 'prom-client', '@opentelemetry/api'];
/** What Node loads of itself for those who import all of `node:http` or `node:crypto`, until they need it. */
const OF_NODE = ['node:internal/deps/undici/undici', 'node:internal/crypto/webcrypto'];
const ENTERPRISE = {
  OPENHANDS_CONFIG_CLS: 'openhands-express/enterprise#SaasServerConfig',
  GITHUB_APP_CLIENT_ID: 'Iv1.start',
  GITHUB_APP_CLIENT_SECRET: 'start',
};

/** A server that answers, and how it ended. */
interface Started {
  readonly child: ChildProcess;
  readonly gone: Promise<unknown>;
}

describe('A program that starts', () => {
  before(async () => {
    await mkdir(project, { recursive: true });
    await unpackInto(project, packed());
  });
  after(() => rm(project, { recursive: true, force: true }));

  /** The modules that are loaded until the first request is answered. */
  async function modulesOf(env: Readonly<Record<string, string>>): Promise<string[]> {
    const child = spawn(process.execPath, ['--import', RECORDER, server, 'serve'], {
      cwd: project,
      env: { PATH: process.env.PATH, PORT: '0', FILE_STORE_PATH: join(project, 'store'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const told = text(child.stderr);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    let url: string | undefined;
    while (child.exitCode === null && url === undefined) {
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      url = /listens on (http:[^\s"]+)/.exec(said)?.[1];
    }
    if (url !== undefined) assert.equal((await fetch(`${url}/health`)).status, 200);
    child.kill('SIGTERM');
    return (await told).split('\n').filter((line) => line.startsWith('loaded '));
  }

  for (const [edition, env] of [
    ['OSS', {}],
    ['Enterprise', ENTERPRISE],
  ] as const) {
    it(`as a server of the ${edition} edition loads no package that its first answer does not need`, async () => {
      const modules = await modulesOf(env);
      const isLoaded = (name: string) => modules.some((path) => path.includes(`/node_modules/${name}/`));
      assert.ok(isLoaded('express') && isLoaded('ms'), 'ES modules and those of CommonJS are seen');
      assert.deepEqual([...ON_DEMAND, ...BUNDLED].filter(isLoaded), []);
      assert.ok(modules.includes('loaded node:crypto'), 'what Node loads of itself is seen');
      assert.deepEqual(
        OF_NODE.filter((name) => modules.includes(`loaded ${name}`)),
        [],
      );
    });
  }

  /** @param cache - the folder in which what was loaded is kept. */
  async function start(cache: string, store: string): Promise<Started> {
    const child = spawn(process.execPath, [server, 'serve'], {
      cwd: project,
      env: { PATH: process.env.PATH, PORT: '0', FILE_STORE_PATH: store, XDG_CACHE_HOME: cache },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(child, 'exit');
    let said = '';
    for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      const url = /listens on (http:[^\s"]+)/.exec(said)?.[1];
      if (url === undefined) continue;
      assert.equal((await fetch(`${url}/health`)).status, 200);
      child.stdout.resume();
      return { child, gone };
    }
    throw new Error(`A server has ended before it listened: ${said}`);
  }

  it('beside others, and after some that were killed while they kept what they had loaded, starts as ever', async () => {
    const cache = join(project, 'cache');
    await mkdir(cache);
    const folder = join(cache, 'openhands-express');
    const kept = async () => (await readdir(folder)).filter((name) => name.startsWith('packages-'));
    for (let round = 0; round < 3; round++) {
      const stores = Array.from({ length: 4 }, (_, number) => join(project, `store-${number}`));
      const servers = await Promise.all(stores.map((store) => start(cache, store)));
      for (const { child } of servers) child.kill('SIGTERM');
      // Two end in the midst of it: as soon as any of them has begun to write.
      const before = (await kept()).length;
      while (servers.some(({ child }) => child.exitCode === null) && (await kept()).length === before);
      for (const { child } of servers.slice(0, 2)) child.kill('SIGKILL');
      await Promise.all(servers.map(({ gone }) => gone));
    }
    const [file = '', ...halves] = (await kept()).sort();
    assert.ok(halves.length <= 6, `no more than those who were killed have left: ${halves.join(', ')}`);
    const written = await stat(join(folder, file));
    const { child, gone } = await start(cache, join(project, 'store-0'));
    child.kill('SIGTERM');
    await gone;
    const { ino, mtimeMs } = await stat(join(folder, file));
    assert.deepEqual([ino, mtimeMs], [written.ino, written.mtimeMs], 'what is there is whole, and was used');
  });

  it('as learn loads neither an edition nor the engine nor a package, as a test suite waits for it', async () => {
    const command = [server, 'learn', '--', process.execPath, '--eval', '0'];
    const child = spawn(process.execPath, ['--import', RECORDER, ...command], {
      cwd: project,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const loaded = (await text(child.stderr)).split('\n').filter((line) => /^loaded (?!node:)/.test(line));
    const modules = loaded.map((line) => line.replace(/.*\/openhands-express\//, ''));
    assert.ok(modules.includes('dist/learn/run-watched.js'), loaded.join('\n'));
    assert.deepEqual(modules.filter((path) => !/^dist\/(?:cli|learn)\//.test(path)).sort(), [
      'dist/compose/common.js',
      'dist/server/common.js',
      'dist/shipped-files.js',
    ]);
  });
});
