import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { environmentFor } from '../integration/enterprise-site.ts';
import { killInRefresh } from '../killed-in-refresh.ts';
import { ServerFolder } from '../server-folder.ts';
import type { ServerProcess } from '../server-process.ts';

describe('A server with workers', () => {
  let folder: ServerFolder;
  let github: FakeGitHub;

  beforeEach(async () => {
    folder = await ServerFolder.make();
    github = await FakeGitHub.listen();
  });
  afterEach(async () => {
    await folder.remove();
    await github.close();
  });

  const start = (env: Readonly<Record<string, string>> = {}) =>
    folder.start({ ...environmentFor(github, folder.store), WORKERS: '2', ...env });

  /** Resolves when all serve. @returns the process of the second one. */
  const all = async (server: ServerProcess) =>
    Number((await server.says(/"worker_pid":(\d+),"msg":"Worker 2 serves"/))[1]);

  /** On a connection of its own, which goes to the worker whose turn it is. */
  const ask = (url: string) => fetch(url, { headers: { connection: 'close' } });

  /** What all answers so far count together, as one worker tells. */
  async function counted(url: string): Promise<{ requests: number; workers: number }> {
    const text = await (await ask(`${url}/internal/metrics`)).text();
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].reduce(
        (all, [, value]) => all + Number(value),
        0,
      );
    return {
      requests: sum('openhands_http_request_duration_seconds_count'),
      workers: sum('openhands_workers'),
    };
  }

  it('tells the metrics of all workers, whichever is asked, and forgets nothing that one of them has counted', async () => {
    const server = start();
    const url = await server.url();
    await all(server);
    const before = await counted(url);
    for (let times = 0; times < 10; times++) await ask(`${url}/api/options/config`);
    const told = [await counted(url), await counted(url)];
    // Each answer to the question itself counts from the next one on.
    assert.deepEqual(
      told.map(({ requests }) => requests - before.requests),
      [11, 12],
    );
    assert.deepEqual(
      told.map(({ workers }) => workers),
      [2, 2],
    );

    server.signal('SIGHUP');
    await server.says(/All workers are replaced/);
    assert.ok((await counted(url)).requests >= before.requests + 13);
  });

  it('loses no token when a worker is killed while it refreshes one: another one does', async () => {
    await killInRefresh(github, start());
  });

  it('has as many workers as there are cores for it when it is told auto', async () => {
    const server = start({ WORKERS: 'auto' });
    const url = await server.url();
    const cores = availableParallelism();
    for (let number = 2; number <= cores; number++) await server.says(new RegExp(`Worker ${number} serves`));
    assert.equal((await counted(url)).workers, cores);
  });

  it('keeps what a worker that is killed has told last', async () => {
    const server = start();
    const url = await server.url();
    const second = await all(server);
    for (let times = 0; times < 10; times++) await ask(`${url}/api/options/config`);
    const { requests } = await counted(url);
    process.kill(second, 'SIGKILL');
    await server.says(/was ended by/);
    await server.says(/Worker 2 serves/, server.output.indexOf('was ended by'));
    const after = await counted(url);
    assert.ok(after.requests >= requests, `${after.requests} of ${requests}`);
    assert.equal(after.workers, 2);
  });

  it('limits requests as one process does', async () => {
    const server = start({ RATE_LIMIT: '20/hour;1000/day' });
    const url = await server.url();
    await all(server);
    const statuses: number[] = [];
    for (let times = 0; times < 40; times++) statuses.push((await ask(`${url}/api/options/config`)).status);
    assert.deepEqual(
      [200, 429].map((status) => statuses.filter((it) => it === status).length),
      [20, 20],
    );
    assert.deepEqual(
      server.lines.filter(({ level }) => Number(level) >= 50),
      [],
    );
  });

  it('leaves no worker behind when the first process is killed, and lets them end what they do', async () => {
    const server = start();
    await server.url();
    await all(server);
    // Its output is theirs as well, and has ended when the last of them has.
    await server.end('SIGKILL');
    const drained = server.lines.filter(({ signal }) => signal === 'the first process is gone');
    assert.deepEqual(drained.map(({ worker }) => worker).sort(), [1, 2]);
  });

  it('backs off from a worker that dies again and again, with one line each time, and goes on with the others', async () => {
    const server = start();
    const url = await server.url();
    for (let deaths = 1; deaths <= 3; deaths++) {
      const from = server.output.lastIndexOf('was ended by SIGKILL');
      const [, pid] = await server.says(/"worker_pid":(\d+),"msg":"Worker 2 serves"/, Math.max(from, 0));
      process.kill(Number(pid), 'SIGKILL');
      await server.says(/was ended by SIGKILL/, from + 30);
      assert.equal((await ask(`${url}/alive`)).status, 200);
    }
    const lines = server.lines.filter(({ level }) => Number(level) >= 50);
    assert.deepEqual(
      lines.map(({ msg }) => String(msg).split('; ')[1]),
      ['the next one starts at once', 'the next one starts in 1 s', 'the next one starts in 2 s'],
    );
    assert.equal(await server.end('SIGTERM'), 0);
  });

  it('keeps the workers that serve when a new one does not start', async () => {
    const server = start();
    const url = await server.url();
    await all(server);
    await writeFile(join(folder.path, '.env'), 'LLM_MODELS_FILE=./gone.txt\n');
    server.signal('SIGHUP');
    await server.says(/Worker 1 ended with code 1 before it listened; those that serve go on/);
    assert.match(server.errors, /^openhands-express: LLM_MODELS_FILE: [^\n]*\n$/);
    assert.equal((await ask(`${url}/ready`)).status, 200);

    // And replaces them with what .env says, once that is right.
    await writeFile(join(folder.path, '.env'), 'POSTHOG_CLIENT_KEY=phc_2\n');
    server.signal('SIGHUP');
    await server.says(/All workers are replaced/);
    // The last of those before may not have heard yet that it is to take no more.
    const key = async () =>
      ((await (await ask(`${url}/api/options/config`)).json()) as { POSTHOG_CLIENT_KEY: string })
        .POSTHOG_CLIENT_KEY;
    while ((await key()) !== 'phc_2');
  });

  it('is not ready while it goes away, and ends at once at the second signal', async () => {
    const server = start({ SHUTDOWN_DELAY: '1m' });
    const url = await server.url();
    await all(server);
    server.signal('SIGTERM');
    while ((await ask(`${url}/ready`)).status === 200);
    assert.equal((await ask(`${url}/ready`)).status, 503);
    assert.equal(await server.end('SIGTERM'), 0);
  });
});
