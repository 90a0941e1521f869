import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import semver from 'semver';
import { root } from '../package/packed.ts';
import { emptyProject } from './empty-project.ts';
import { tarball } from './fixture.ts';
import { installWithNpm } from './installers.ts';
import { type NodeRuntime, nodeRuntime, OLDEST, REFUSED, SUPPORTED } from './node-runtimes.ts';
import { runIn } from './run-in.ts';

const COMMAND = 'node_modules/openhands-express/dist/cli/openhands-express.js';

describe('engines of package.json', () => {
  let range: string;
  let project: string;

  before(async () => {
    const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    range = engines.node;
    project = await emptyProject('engines');
    await installWithNpm(project, nodeRuntime(OLDEST), [tarball()]);
    await writeFile(
      join(project, 'main.cjs'),
      "const { compose } = require('openhands-express'); console.log(compose({ mine: [] }).plan.length);",
    );
  });

  it('are what is tried: the first version of each line, and what stands before it is not one', () => {
    const versions = SUPPORTED.map((name) => nodeRuntime(name).version);
    assert.deepEqual(
      versions.filter((version) => !semver.satisfies(version, range)),
      [],
    );
    assert.deepEqual(
      REFUSED.filter((version) => semver.satisfies(version, range)),
      [],
    );
    const firsts = range.split('||').map((line) => semver.minVersion(line)?.version);
    assert.deepEqual(
      firsts.filter((first) => !versions.includes(first ?? '')),
      [],
    );
  });

  for (const name of SUPPORTED) {
    it(`take in Node ${name}, which requires the package`, async () => {
      const said = await runIn(project, nodeRuntime(name), ['main.cjs']);
      assert.match(said, /^0\n/);
    });

    it(`take in Node ${name}, on which a server starts, answers and stops`, async () => {
      const server = await serve(join(project, `server-${name}`), nodeRuntime(name));
      for (const path of ['/health', '/api/options/config']) {
        const { status } = await fetch(`${server.url}${path}`);
        assert.equal(status, 200, path);
      }
      assert.deepEqual(await server.stop(), [0, null]);
    });
  }

  for (const name of REFUSED) {
    it(`leave out Node ${name}, which does not require the package, and is refused in one line`, async () => {
      const node = nodeRuntime(name);
      await assert.rejects(runIn(project, node, ['main.cjs']), /ERR_REQUIRE_ESM/);
      await assert.rejects(runIn(project, node, [COMMAND, 'serve']), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`\\n\\n(openhands-express: )?Node ${name} is too old for .*\\n$`),
        );
        return true;
      });
    });
  }

  /** Starts the OSS edition in a folder of its own. */
  async function serve(folder: string, { program, path }: NodeRuntime) {
    await mkdir(folder);
    const env = { PATH: path, PORT: '0', LOG_LEVEL: 'info' };
    const child = spawn(program, [join(project, COMMAND), 'serve'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    for await (const line of createInterface(child.stdout)) {
      const { url } = JSON.parse(line) as { url?: string };
      if (url === undefined) continue;
      child.stdout.resume();
      const stop = () => {
        child.kill('SIGTERM');
        return ended;
      };
      return { url, stop };
    }
    throw new Error('It ended without listening.');
  }
});
