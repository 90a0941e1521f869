import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { RequestRecord } from '../../lib/inspector/index.ts';
import { WatchedPage } from '../inspector/watched-page.ts';
import { ServerFolder } from '../server-folder.ts';
import type { ServerProcess } from '../server-process.ts';

describe('The stack inspector of a server with workers', () => {
  let folder: ServerFolder;
  const pages: WatchedPage[] = [];
  const sockets: Socket[] = [];
  let made = 0;

  beforeEach(async () => {
    folder = await ServerFolder.make();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) page.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await folder.remove();
  });

  async function start(): Promise<{ server: ServerProcess; url: string }> {
    const server = folder.start({ RATE_LIMIT: 'off', STACK_INSPECTOR: '1', WORKERS: '2' });
    const url = await server.url();
    await server.says(/Worker 2 serves/);
    return { server, url };
  }

  /** On a connection of its own, which goes to the worker whose turn it is. */
  async function ask(url: string, path: string): Promise<void> {
    await (await fetch(url + path, { headers: { connection: 'close' } })).text();
  }

  async function openPage(url: string): Promise<WatchedPage> {
    const page = await WatchedPage.open(url);
    pages.push(page);
    return page;
  }

  /** A request whose body never comes. */
  function hang(url: string, path: string): void {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    const head = ['Host: 127.0.0.1', 'Content-Type: application/json', 'Content-Length: 9'];
    socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`);
  }

  /** Makes requests until the page has shown one of each worker. */
  async function seesBothWorkers(page: WatchedPage, request: (path: string) => unknown): Promise<void> {
    const seen = new Set<string | undefined>();
    while (seen.size < 2) {
      const path = `/api/made-${made++}`;
      await request(path);
      await page.until(() => page.named(new RegExp(`${path}$`)).length > 0);
      seen.add(page.named(new RegExp(`${path}$`))[0]?.process);
    }
    assert.deepEqual([...seen].sort(), ['worker 1', 'worker 2']);
  }

  it('goes on when a worker is killed, keeps what that has told, and says what is lost of it', async () => {
    const { server, url } = await start();
    let page: WatchedPage;
    do page = await openPage(url);
    while (page.worker !== 'worker 1');
    const ofKilled = (outcome: RequestRecord['outcome']) =>
      [...page.records.values()].filter((one) => one.process === 'worker 2' && one.outcome === outcome);
    await seesBothWorkers(page, (path) => ask(url, path));
    await seesBothWorkers(page, (path) => hang(url, path));
    const known = ofKilled('answered').length;
    const [, pid] = await server.says(/"worker_pid":(\d+),"msg":"Worker 2 serves"/);
    process.kill(Number(pid), 'SIGKILL');
    await page.until(() => ofKilled('lost').length > 0);
    assert.equal(ofKilled('pending').length, 0);
    assert.equal(ofKilled('answered').length, known);

    await server.says(/Worker 2 serves/, server.output.indexOf('was ended by'));
    await seesBothWorkers(page, (path) => ask(url, path));
  });

  it('goes on after the workers were replaced, and sees what one that is about to end still answers', async () => {
    const { server, url } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const askAgain = async (path: string) => {
      const [response] = (await once(get(url + path, { agent }), 'response')) as [IncomingMessage];
      await once(response.resume(), 'end');
    };
    await askAgain('/api/old-0');
    const before = await openPage(url);
    assert.equal(before.named(/old-0/).length, 1);
    server.signal('SIGHUP');
    // The worker that tells goes away, and a browser asks again by itself.
    await before.ended();
    await server.says(/All workers are replaced/);

    const page = await openPage(url);
    await askAgain('/api/old-1');
    await page.until(() => page.named(/old-1/).some(({ outcome }) => outcome === 'answered'));
    await seesBothWorkers(page, (path) => ask(url, path));
    agent.destroy();
  });

  it('says whose requests it shows alone while the first process does not answer', async () => {
    const { server, url } = await start();
    const page = await openPage(url);
    assert.equal(page.only, '');
    process.kill(server.pid, 'SIGSTOP');
    await page.until(({ only }) => only !== '');
    assert.equal(page.only, page.worker);
    process.kill(server.pid, 'SIGCONT');
    await page.until(({ only }) => only === '');
    await seesBothWorkers(page, (path) => ask(url, path));
  });
});
