import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ServerFolder } from '../server-folder.ts';
import type { ServerProcess } from '../server-process.ts';

const AT_ONCE = 4;

describe('A server with workers under load', () => {
  let folder: ServerFolder;
  let endLoad: () => Promise<void>;

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    folder.start({ RATE_LIMIT: 'off', ...env }, args);

  beforeEach(async () => {
    folder = await ServerFolder.make();
    endLoad = () => Promise.resolve();
  });
  afterEach(async () => {
    await endLoad();
    await folder.remove();
  });

  /** The processes of the workers, as the log has them. */
  const pidsOf = ({ lines }: ServerProcess) => [
    ...new Set(lines.flatMap(({ worker, pid, worker_pid }) => (worker ? [Number(worker_pid ?? pid)] : []))),
  ];
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  /** A GitHub that answers when it is told to. */
  async function slowGitHub() {
    const answers: (() => void)[] = [];
    const server = createServer((_req, res) => {
      answers.push(() => res.setHeader('Content-Type', 'application/json').end('{"message":"no"}'));
      server.emit('asked');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      server,
      port: (server.address() as AddressInfo).port,
      answer: () => answers.forEach((one) => one()),
    };
  }

  /** Clients that ask on connections of their own, one request after the other. */
  function load(url: string) {
    const failures: unknown[] = [];
    let answered = 0;
    let isOver = false;
    const clients = Array.from({ length: AT_ONCE }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      while (!isOver) {
        await ask(url, agent).then(
          () => (answered += 1),
          (error: unknown) => failures.push(error),
        );
      }
      agent.destroy();
    });
    endLoad = async () => {
      isOver = true;
      await Promise.all(clients);
    };
    return { failures, answered: () => answered };
  }

  async function ask(url: string, agent?: Agent): Promise<IncomingMessage> {
    const [response] = (await once(get(`${url}/api/options/config`, { agent }), 'response')) as [
      IncomingMessage,
    ];
    response.resume();
    await once(response, 'end');
    assert.equal(response.statusCode, 200);
    return response;
  }

  it('replaces the workers on SIGHUP under load without failing a request, and ends with all of them', async () => {
    const github = await slowGitHub();
    const idle = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const server = start(['--workers', '2'], {
        GITHUB_API_URL: `http://127.0.0.1:${github.port}`,
        STACK_INSPECTOR: '1',
      });
      const url = await server.url();
      await server.says(/Worker 2 serves/);
      const before = pidsOf(server);

      const loading = load(url);
      const asked = once(github.server, 'asked');
      const slow = fetch(`${url}/api/settings`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"github_token": "ghp_1"}',
      });
      await asked;
      const stream = await fetch(`${url}/stack/events`);
      assert.equal((await ask(url, idle)).headers.connection, 'keep-alive');

      server.signal('SIGHUP');
      await server.says(/All workers are replaced/);
      // Both of those before are about to end: they neither fail what they have begun, nor close what is idle.
      const last = await ask(url, idle);
      assert.equal(last.headers.connection, 'close');
      assert.match(await stream.text(), /^event: all\n/m);
      github.answer();
      assert.equal((await slow).status, 503);
      const answered = loading.answered();
      while (loading.answered() < answered + AT_ONCE * 10) await ask(url);
      await endLoad();
      assert.deepEqual(loading.failures, []);
      const now = pidsOf(server).filter((pid) => !before.includes(pid));
      assert.deepEqual([before.length, now.length], [2, 2]);

      assert.equal(await server.end('SIGTERM'), 0);
      assert.deepEqual([...before, ...now].filter(isAlive), []);
      assert.equal(server.errors, '');
    } finally {
      idle.destroy();
      github.server.closeAllConnections();
      github.server.close();
    }
  });

  const LEAKS = fileURLToPath(new URL('leaks.cjs', import.meta.url));
  const deaths = [
    { death: 'is killed', signal: 'SIGKILL', env: {}, how: 'SIGKILL' },
    {
      death: 'runs out of memory',
      signal: 'SIGUSR2',
      env: { NODE_OPTIONS: `--max-old-space-size=64 --require="${LEAKS}"` },
      how: 'SIGABRT',
    },
  ] as const;
  for (const { death, signal, env, how } of deaths)
    it(`goes on when a worker ${death}, and starts another one`, async () => {
      const server = start(['--workers', '2'], env);
      const url = await server.url();
      await server.says(/Worker 2 serves/);
      const [first, second] = pidsOf(server);
      const loading = load(url);
      while (loading.answered() < AT_ONCE * 10) await ask(url);

      process.kill(second!, signal);
      const said = await server.says(/Worker 2 was ended by [^"]*/);
      assert.equal(said[0], `Worker 2 was ended by ${how}; the next one starts at once`);
      // Those who come now are served by those who are left.
      await Promise.all(Array.from({ length: AT_ONCE }, () => ask(url)));
      await server.says(/Worker 2 serves/, server.output.indexOf('was ended by'));
      await endLoad();
      // What the dead one had begun nobody else can answer: at most one request of each client.
      assert.ok(loading.failures.length <= AT_ONCE, String(loading.failures));
      for (const failure of loading.failures)
        assert.equal((failure as NodeJS.ErrnoException).code, 'ECONNRESET');
      assert.ok(isAlive(first!));
    });
});
