import assert from 'node:assert/strict';
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

  it('names the worker whose requests the stack inspector shows', async () => {
    const server = start(['--workers', '2'], { STACK_INSPECTOR: '1' });
    const url = await server.url();
    await server.says(/Worker 2 serves/);
    const named = new Set<string>();
    // Each on a connection of its own, which goes to the worker whose turn it is.
    for (let times = 0; times < 2; times++) {
      const leave = new AbortController();
      const { body } = await fetch(`${url}/stack/events`, {
        headers: { connection: 'close' },
        signal: leave.signal,
      });
      const { value } = await body!.pipeThrough(new TextDecoderStream()).getReader().read();
      named.add(/^event: process\ndata: "(.*)"$/m.exec(value ?? '')?.[1] ?? `${value}`);
      leave.abort();
    }
    assert.deepEqual([...named].sort(), ['worker 1', 'worker 2']);
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
