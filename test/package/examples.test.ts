import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { runServer } from '../docs/run-block.ts';
import { TypeChecker } from '../docs/type-check.ts';
import { packed } from './fixture.ts';
import { root, unpackInto, workshop } from './packed.ts';

const run = promisify(execFile);

/** As somebody would have them who has copied the folder, and installed the package. */
const project = join(workshop, 'examples');

describe('The examples, with the packed package', () => {
  let github: FakeGitHub;
  let files: string[];

  before(async () => {
    await rm(project, { recursive: true, force: true });
    await mkdir(project, { recursive: true });
    await cp(join(root, 'examples'), project, { recursive: true });
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await unpackInto(project, packed());
    github = await FakeGitHub.listen();
    files = (await readdir(project, { recursive: true })).filter(
      (path) => path.endsWith('.ts') && !path.startsWith('node_modules'),
    );
  });
  after(async () => {
    await github.close();
    await rm(project, { recursive: true, force: true });
  });

  it('type-check', () => {
    const types = new TypeChecker(project);
    const complaints = files.flatMap((path) => types.complaints(join(project, path), `examples/${path}`, 0));
    assert.deepEqual(complaints, []);
  });

  it('pass their own tests', async () => {
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const suites = files.filter((path) => path.endsWith('.test.ts'));
    assert.ok(suites.length >= 4);
    const options = [
      '--no-config',
      '--node-option=import=tsx,no-experimental-require-module',
      '--timeout=20000',
    ];
    await run(process.execPath, [mocha, ...options, ...suites], { cwd: project }).catch((error: unknown) => {
      assert.fail((error as { stdout: string }).stdout);
    });
  });

  it('serve, where they are servers', async () => {
    const servers = files.filter((path) => path.endsWith('server.ts'));
    assert.ok(servers.length > 0);
    for (const path of servers) {
      await runServer(join(project, path), {
        cwd: project,
        env: {
          PATH: process.env.PATH,
          FILE_STORE_PATH: join(project, '.openhands'),
          LOG_LEVEL: 'warn',
          GITHUB_BASE_URL: github.url,
          GITHUB_API_URL: github.apiUrl,
          GITHUB_APP_CLIENT_ID: github.app.clientId,
          GITHUB_APP_CLIENT_SECRET: github.app.clientSecret,
        },
      });
    }
  });

  it('are all named in the list of them', async () => {
    const list = await readFile(join(root, 'examples', 'README.md'), 'utf8');
    const folders = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
    assert.deepEqual(
      [...folders].filter((folder) => !list.includes(`](${folder ?? ''}/`)),
      [],
    );
  });
});
