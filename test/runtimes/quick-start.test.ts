import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { emptyProject } from './empty-project.ts';
import { tarball } from './fixture.ts';
import { installWithNpm } from './installers.ts';
import { type NodeRuntime, nodeRuntime, OLDEST, SUPPORTED } from './node-runtimes.ts';

const PROGRAM = join('node_modules', 'openhands-express', 'dist', 'cli', 'openhands-express.js');

/** What Node told of a server that was told to end right after its first answer. */
interface Start {
  /** How many files of Express and pino Node has looked for and loaded. */
  readonly loaded: number;
  /** How many modules of ours it had compiled before. */
  readonly compiledBefore: number;
}

describe('A server that starts again', () => {
  let project: string;

  before(async () => {
    project = await emptyProject('quick-start');
    await installWithNpm(project, nodeRuntime(OLDEST), [tarball()]);
  });

  /** A folder for what is kept, with nothing in it. */
  async function emptyCache(name: string): Promise<string> {
    const cache = join(project, `cache-${name}`);
    await mkdir(cache);
    return cache;
  }

  /** @param meanwhile - what happens while it serves. */
  async function start(
    { program, path }: NodeRuntime,
    cache: string,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Start> {
    const child = spawn(program, [PROGRAM, 'serve'], {
      cwd: project,
      env: {
        ...{ PATH: path, PORT: '0', FILE_STORE_PATH: join(project, 'store'), XDG_CACHE_HOME: cache },
        ...{ NODE_DEBUG: 'module', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const told = text(child.stderr);
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.setEncoding('utf8');
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const url = /listens on (http:[^\s"]+)/.exec(said)?.[1];
      if (url === undefined || child.killed) continue;
      assert.equal((await fetch(`${url}/health`)).status, 200);
      await meanwhile();
      child.kill('SIGTERM');
    }
    const log = await told;
    assert.deepEqual(await ended, [0, null], `${said}\n${log}`);
    // Since Node 22 it tells of the cache on standard output, before anything of ours.
    return {
      loaded: [...log.matchAll(/load ".*\/node_modules\/(?:express|pino)\/.*" for module/g)].length,
      compiledBefore: [...`${said}\n${log}`.matchAll(/cache for (?:ESM )?file:.* was accepted/g)].length,
    };
  }

  for (const name of SUPPORTED) {
    it(`on Node ${name} uses what the starts before have found and compiled`, async () => {
      const node = nodeRuntime(name);
      const cache = await emptyCache(name);
      const first = await start(node, cache);
      assert.ok(first.loaded > 10, `${first.loaded} files of Express and pino are loaded`);
      assert.equal(first.compiledBefore, 0);
      for (const time of ['second', 'third']) {
        const { loaded, compiledBefore } = await start(node, cache);
        assert.equal(loaded, 0, `the ${time} start`);
        assert.equal(compiledBefore > 10, !node.version.startsWith('20.'), `the ${time} start`);
      }
    });

    it(`on Node ${name} starts where all that was kept is damaged, and mends it`, async () => {
      const node = nodeRuntime(name);
      const cache = await emptyCache(`damaged-${name}`);
      await start(node, cache);
      const files = await readdir(cache, { recursive: true, withFileTypes: true });
      for (const file of files) {
        if (file.isFile()) await writeFile(join(file.parentPath, file.name), 'damaged'.repeat(1000));
      }
      const { loaded, compiledBefore } = await start(node, cache);
      assert.ok(loaded > 10);
      assert.equal(compiledBefore, 0);
      assert.equal((await start(node, cache)).loaded, 0);
    });

    it(`on Node ${name} starts where nothing can be kept`, async () => {
      const node = nodeRuntime(name);
      const cache = await emptyCache(`unwritable-${name}`);
      // Even the superuser can make no folder in a file.
      await writeFile(join(cache, 'openhands-express'), '');
      for (let time = 0; time < 2; time++) assert.ok((await start(node, cache)).loaded > 10);
    });
  }

  it('ends well where the package has been taken away while it served', async () => {
    const node = nodeRuntime(OLDEST);
    const folder = join(project, 'node_modules', 'openhands-express');
    await start(node, await emptyCache('taken-away'), () => rename(folder, `${folder}-before`));
    await rename(`${folder}-before`, folder);
  });
});
