import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { answers } from '../demo/answers.ts';
import { freePort } from '../demo/free-port.ts';
import { serve } from '../lib/cli/serve.ts';
import { JsonFileStore } from '../lib/oss/storage/json-file-store.ts';
import { markStore, STORE_MARKER } from '../lib/oss/storage/store-marker.ts';
import { FakeGitHub } from '../lib/testing/index.ts';
import { RecordingTerminal } from './cli/recording-terminal.ts';
import { compiled } from './compiled.ts';
import { ServerFolder } from './server-folder.ts';

const SAAS = `${fileURLToPath(new URL('../lib/enterprise/saas-server-config.ts', import.meta.url))}#SaasServerConfig`;
/** As a compiled server finds it in a `.env` file. */
const COMPILED_SAAS = `${compiled('lib/enterprise/saas-server-config.ts')}#SaasServerConfig`;

const enterprise = {
  OPENHANDS_CONFIG_CLS: SAAS,
  GITHUB_APP_CLIENT_ID: 'Iv1.public',
  GITHUB_APP_CLIENT_SECRET: 'hush-hush',
};

const THIS_FILE = fileURLToPath(import.meta.url);

describe('server.ts', () => {
  let folder: ServerFolder;

  const start = (env: Readonly<Record<string, string>> = {}) => folder.start(env);

  beforeEach(async () => {
    folder = await ServerFolder.make();
  });
  afterEach(() => folder.remove());

  it('listens, says in four lines what it is, after one of a store that is new, and serves', async () => {
    const server = start(enterprise);
    const url = await server.url();
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await (await fetch(`${url}/health`)).text(), '"OK"');
    await server.says(/Callback URL.*\n/);
    const lines = server.lines.filter(({ msg }) => msg !== 'request');
    assert.equal(lines.length, 5, server.output);
    const [begun, edition, store, stack, addresses] = lines;
    assert.equal(begun?.msg, 'The store has no marker yet, and gets one');
    assert.deepEqual([edition?.edition, edition?.url], ['saas', url]);
    assert.equal(store?.store, `JSON files in ${folder.store}`);
    assert.equal(store.github, 'https://github.com');
    assert.deepEqual(stack?.layers, ['enterprise', 'oss']);
    assert.deepEqual(addresses?.addresses, { 'Callback URL': `${url}/oauth/github/callback` });
    assert.deepEqual(stack.warnings, []);
    assert.match(String(stack.msg), /^Stack: \d+ middlewares of enterprise and oss, no warnings$/);
    assert.ok(!server.output.includes('hush-hush'));
    assert.equal(server.errors, '');
  });

  it('warns once when others than this machine can reach the OSS edition, where nobody signs in', async () => {
    const server = start({ HOST: '0.0.0.0' });
    await server.url();
    await (await fetch((await server.url()).replace('0.0.0.0', '127.0.0.1'))).text();
    await server.says(/Nobody signs in.*\n/);
    const warnings = server.lines.filter(({ level }) => Number(level) > 30);
    assert.equal(warnings.length, 1, server.output);
    assert.match(String(warnings[0]!.msg), /^Nobody signs in to this edition: all who reach 0\.0\.0\.0 /);
  });

  it('warns of no such thing in the Enterprise edition', async () => {
    const server = start({
      HOST: '0.0.0.0',
      ...enterprise,
    });
    await server.url();
    assert.deepEqual(
      server.lines.filter(({ level }) => Number(level) > 30),
      [],
    );
  });

  it('has no warning about the stack of the OSS edition', async () => {
    const server = start();
    await server.url();
    assert.deepEqual(
      server.lines.filter(({ level }) => Number(level) > 30),
      [],
    );
  });

  it('keeps a saved token over a restart', async () => {
    const github = await FakeGitHub.listen();
    try {
      const env = { GITHUB_BASE_URL: github.url, GITHUB_API_URL: github.apiUrl };
      const first = start(env);
      const saved = await fetch(`${await first.url()}/api/settings`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ github_token: github.addPersonalAccessToken('octocat') }),
      });
      assert.equal(saved.status, 200);
      await first.end('SIGKILL');

      const user = await fetch(`${await start(env).url()}/api/github/user`);
      assert.equal(user.status, 200);
      assert.equal(((await user.json()) as { login: string }).login, 'octocat');
    } finally {
      await github.close();
    }
  });

  it('reads a .env file in its working directory', async () => {
    await writeFile(join(folder.path, '.env'), 'POSTHOG_CLIENT_KEY=phc_1\n');
    const config = await fetch(`${await start().url()}/api/options/config`);
    assert.equal(((await config.json()) as { POSTHOG_CLIENT_KEY: string }).POSTHOG_CLIENT_KEY, 'phc_1');
  });

  it('runs the edition that a .env file with a byte order mark names in its first line', async () => {
    const variables = [
      `OPENHANDS_CONFIG_CLS=${COMPILED_SAAS}`,
      'GITHUB_APP_CLIENT_ID=Iv1.1',
      'GITHUB_APP_CLIENT_SECRET=s',
    ];
    await writeFile(join(folder.path, '.env'), `\uFEFF${variables.join('\n')}`);
    const answer = await fetch(`${await start().url()}/api/options/config`);
    assert.equal(((await answer.json()) as { APP_MODE: string }).APP_MODE, 'saas');
  });

  it('ends with one line when a variable of its .env file would be lost', async () => {
    await writeFile(
      join(folder.path, '.env'),
      `LOG_LEVEL=info\n\uFEFFOPENHANDS_CONFIG_CLS=${COMPILED_SAAS}\n`,
    );
    const server = start();
    assert.equal(await server.exitCode(), 1);
    assert.match(server.errors, /^\.env, line 2, has to be [^\n]+\n$/);
  });

  describe('on SIGTERM', () => {
    /** A GitHub that answers when it is told to. */
    async function slowGitHub() {
      const requests: (() => void)[] = [];
      const server = createServer((_req, res) => {
        requests.push(() => res.setHeader('Content-Type', 'application/json').end('{"message":"no"}'));
        server.emit('asked');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return { server, url, answer: () => requests.splice(0).forEach((one) => one()) };
    }

    it('lets the request in flight finish, takes no more, and exits with 0', async () => {
      const github = await slowGitHub();
      const agent = new Agent({ keepAlive: true });
      try {
        const server = start({ GITHUB_API_URL: github.url });
        const url = await server.url();

        // The page's connection stays open, and idle.
        const page = get(`${url}/health`, { agent });
        ((await once(page, 'response')) as [IncomingMessage])[0].resume();
        const pageLeft = once(page.socket!, 'close');

        const asked = once(github.server, 'asked');
        const inFlight = fetch(`${url}/api/settings`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"github_token": "ghp_1"}',
        });
        await asked;
        const exit = server.end('SIGTERM');
        await refusesConnections(new URL(url).port);
        // Nothing idle holds the server up while a request is still in flight.
        await pageLeft;
        github.answer();
        // GitHub's answer was nonsense, and our client hears of it.
        assert.equal((await inFlight).status, 503);
        assert.equal(await exit, 0);
        assert.equal(server.errors, '');
      } finally {
        agent.destroy();
        github.server.closeAllConnections();
        github.server.close();
      }
    });

    it('goes on for SHUTDOWN_DELAY, but is not ready', async () => {
      const server = start({ SHUTDOWN_DELAY: '1m' });
      const url = await server.url();
      assert.equal((await fetch(`${url}/ready`)).status, 200);
      const exit = server.end('SIGTERM');
      for (;;) {
        const ready = await fetch(`${url}/ready`);
        const body: unknown = await ready.json();
        if (ready.status === 200) continue;
        assert.equal(ready.status, 503);
        assert.deepEqual(body, {
          error: 'Not ready: this server is shutting down.',
          code: 'draining',
          ready: false,
          checks: {},
        });
        break;
      }
      const answer = await fetch(`${url}/health`);
      assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close']);
      // A second signal says that nobody wants to wait.
      void server.end('SIGTERM');
      assert.equal(await exit, 0);
    });

    it('finishes its start first, when it answers but has not claimed its store yet', async () => {
      const port = await freePort();
      const store = folder.store;
      await mkdir(store);
      const documents = new JsonFileStore({ path: store, log: pino({ level: 'silent' }) });
      try {
        await markStore(documents);
        const exit = await documents.withLock(STORE_MARKER, async () => {
          const server = start({ ...enterprise, PORT: String(port) });
          assert.ok(await answers(`http://127.0.0.1:${port}/health`));
          return { code: server.end('SIGTERM') };
        });
        assert.equal(await exit.code, 0);
      } finally {
        await documents.close();
      }
    });

    it('exits with 0 at once when nothing is going on, and on SIGINT as well', async () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const server = start();
        await server.url();
        assert.equal(await server.end(signal), 0);
      }
    });
  });

  const mistakes: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
    ['a bad value', { PORT: 'web' }, /PORT must be a whole number from 0 to 65535\./],
    ['no config class', { OPENHANDS_CONFIG_CLS: '' }, /OPENHANDS_CONFIG_CLS .*<module>#<export>/],
    [
      'a module that is not there',
      { OPENHANDS_CONFIG_CLS: './gone.ts#Config' },
      /\.\/gone\.ts cannot be loaded/,
    ],
    ['a store that cannot be', { FRONTEND_DIRECTORY: './gone' }, /FRONTEND_DIRECTORY must be a folder/],
    [
      'a name with a byte order mark, as from an --env-file of Docker',
      { '\uFEFFOPENHANDS_CONFIG_CLS': SAAS },
      /OPENHANDS_CONFIG_CLS has a byte order mark/,
    ],
    [
      'a file where the store of the Enterprise edition has to be',
      {
        FILE_STORE_PATH: THIS_FILE,
        OPENHANDS_CONFIG_CLS: SAAS,
        GITHUB_APP_CLIENT_ID: 'Iv1.1',
        GITHUB_APP_CLIENT_SECRET: 's',
      },
      /FILE_STORE_PATH: .*remove it/,
    ],
    ['an address that is not here', { HOST: '192.0.2.1' }, /192\.0\.2\.1/],
  ];
  for (const [mistake, env, line] of mistakes) {
    it(`ends with one line for ${mistake}`, async () => {
      const terminal = new RecordingTerminal({
        FILE_STORE_PATH: folder.store,
        PORT: '0',
        ...env,
      });
      assert.equal(await serve.run([], terminal), 1);
      assert.match(terminal.errors, line);
      assert.match(terminal.errors, /^openhands-express: [^\n]+\n$/);
      assert.equal(terminal.written, '');
    });
  }

  it('ends with one line when the port is in use', async () => {
    const { port } = new URL(await start().url());
    const second = start({ PORT: port });
    assert.equal(await second.exitCode(), 1);
    assert.match(second.errors, new RegExp(`^openhands-express: Port ${port} .* in use.*\n$`));
  });
});

/** Resolves when nobody takes connections there any more. */
async function refusesConnections(port: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(port), '127.0.0.1');
    const refused = await Promise.race([
      once(socket, 'connect').then(() => false),
      once(socket, 'error').then(() => true),
    ]).catch(() => true);
    socket.destroy();
    if (refused) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
