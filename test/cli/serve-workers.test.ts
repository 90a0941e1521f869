import assert from 'node:assert/strict';
import { WatchedPage } from '../inspector/watched-page.ts';
import { ServerFolder } from '../server-folder.ts';

describe('openhands-express serve --workers', () => {
  let folder: ServerFolder;

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    folder.start({ RATE_LIMIT: 'off', ...env }, args);

  beforeEach(async () => {
    folder = await ServerFolder.make();
  });
  afterEach(async () => {
    await folder.remove();
  });

  it('serves one port with several processes, and ends with all of them', async () => {
    const server = start(['--workers', '2']);
    const url = await server.url();
    await server.says(/Worker 2 serves/);
    // Each on a connection of its own, which goes to the worker whose turn it is.
    for (let times = 0; times < 2; times++)
      assert.equal((await fetch(`${url}/alive`, { headers: { connection: 'close' } })).status, 200);
    assert.equal(await server.end('SIGTERM'), 0);
    const drained = server.lines.filter(({ signal }) => signal === 'SIGTERM');
    assert.deepEqual(drained.map(({ worker }) => worker).sort(), [1, 2]);
    assert.equal(server.errors, '');
  });

  it('shows the requests of all workers in the stack inspector, each with its worker and an id of its own', async () => {
    const server = start(['--workers', '3'], { STACK_INSPECTOR: '1' });
    const url = await server.url();
    for (const number of [2, 3]) await server.says(new RegExp(`Worker ${number} serves`));
    const paths = (name: string) => Array.from({ length: 6 }, (_, each) => `/api/${name}-${each}`);
    // Each on a connection of its own, which goes to the worker whose turn it is.
    const ask = async (path: string) =>
      (await fetch(url + path, { headers: { connection: 'close' } })).arrayBuffer();
    for (const path of paths('before')) await ask(path);
    const page = await WatchedPage.open(url);
    assert.equal(page.named(/before/).length, 6);
    for (const path of paths('after')) await ask(path);
    await page.until(() => page.named(/after/).length === 6);
    page.close();

    // In the order of their coming, whoever answered.
    const all = page.named(/before|after/).sort((one, other) => one.id - other.id);
    assert.deepEqual(
      all.map(({ path }) => path),
      [...paths('before'), ...paths('after')],
    );
    const workers = [...new Set(all.map((one) => one.process))];
    assert.deepEqual(workers.sort(), ['worker 1', 'worker 2', 'worker 3']);
    assert.equal(page.only, '');
  });

  it('tells once, and ends, when the port is in use', async () => {
    const { port } = new URL(await start([]).url());
    const server = start([], { PORT: port, WORKERS: '2' });
    assert.equal(await server.exitCode(), 1);
    assert.match(server.errors, new RegExp(`^openhands-express: Port ${port} .* in use.*\n$`));
  });

  it('tells of a number of workers that is none, beside all else that is wrong', async () => {
    const server = start([], { WORKERS: '0', PORT: 'web' });
    assert.equal(await server.exitCode(), 1);
    assert.match(
      server.errors,
      /2 things[^]*PORT must be[^]*WORKERS must be auto or a whole number from 1 to 64/,
    );
    const other = start(['--workers', 'many']);
    assert.equal(await other.exitCode(), 2);
    assert.match(other.errors, /^--workers must be auto or a whole number from 1 to 64\.\n/);
  });
});
