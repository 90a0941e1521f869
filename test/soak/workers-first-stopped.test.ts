import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { environmentFor } from '../integration/enterprise-site.ts';
import { ServerFolder } from '../server-folder.ts';

const LIMIT = 40;

describe('A server with workers whose first process is stopped', () => {
  let folder: ServerFolder;
  let github: FakeGitHub;
  /** One connection, which a worker has: nobody hands new ones over while the first process is stopped. */
  let connection: Agent;

  beforeEach(async () => {
    folder = await ServerFolder.make();
    github = await FakeGitHub.listen();
    connection = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    connection.destroy();
    await folder.remove();
    await github.close();
  });

  async function ask(url: string, path = '/api/options/config'): Promise<{ status: number; body: string }> {
    const [response] = (await once(get(url + path, { agent: connection }), 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  }

  it('answers, counts rate limits by itself, tells no sums that lack a worker, and goes back to all when it goes on', async () => {
    const server = folder.start({
      ...environmentFor(github, folder.store),
      WORKERS: '2',
      RATE_LIMIT: `${LIMIT}/hour`,
    });
    const url = await server.url();
    await server.says(/Worker 2 serves/);
    assert.equal((await ask(url)).status, 200);

    server.signal('SIGSTOP');
    const metrics = await ask(url, '/internal/metrics');
    assert.equal(metrics.status, 503);
    assert.equal((JSON.parse(metrics.body) as { code: string }).code, 'metrics_unavailable');
    await server.says(/The first process does not answer: this worker counts rate limits alone/);
    const statuses: number[] = [];
    for (let times = 0; times < 2 * LIMIT; times++) statuses.push((await ask(url)).status);
    assert.deepEqual([...new Set(statuses)], [200, 429]);
    // What it had been given before comes on top.
    const passed = statuses.filter((status) => status === 200).length;
    assert.ok(passed >= LIMIT && passed < 2 * LIMIT, String(passed));

    server.signal('SIGCONT');
    await server.says(/The first process answers again/);
    assert.match((await ask(url, '/internal/metrics')).body, /^openhands_workers 2$/m);
    assert.equal(server.lines.filter(({ msg }) => String(msg).includes('The first process')).length, 2);
    assert.equal(await server.end('SIGTERM'), 0);
  });
});
