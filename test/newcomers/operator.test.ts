import assert from 'node:assert/strict';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../demo/free-port.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { commandsOf, documented } from './documented.ts';
import { freshClone, remove } from './fresh-clone.ts';
import { Terminal } from './terminal.ts';

describe('An operator with a fresh clone', () => {
  let folder: string;
  let github: FakeGitHub;
  let terminal: Terminal;
  let url: string;

  before(async () => {
    folder = await freshClone();
    github = await FakeGitHub.listen();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    // The documented port may be taken where this runs.
    terminal = new Terminal(folder, { PORT: String(port) });
  });
  afterEach(() => terminal.close());
  after(async () => {
    await github.close();
    await remove(folder);
  });

  it('installs and starts the OSS edition with the two commands that README.md begins with', async () => {
    const [install, start, ...more] = commandsOf(documented('README.md', 'npm start'));
    assert.deepEqual([install, start, more], ['npm ci', 'npm start', []]);
    await terminal.run('npm ci');
    const server = terminal.start('npm start');
    const [, address] = await server.until(/listens on (http:\/\/[\w.:]+)/);
    assert.equal(address, url);
    assert.equal(await (await fetch(`${url}/health`)).json(), 'OK');
    assert.match(await (await fetch(url)).text(), /<!doctype html>/i);
    assert.equal((await configuration()).APP_MODE, 'oss');
    await server.interrupt();
    await assert.rejects(fetch(url), 'Ctrl-C has ended the server, not only npm');
    const store = await stat(join(folder, '.openhands'));
    assert.equal(store.mode & 0o077, 0, 'settings and tokens are only for their owner');
  });

  it('reads in one list what the Enterprise edition needs, and nothing is begun', async () => {
    const before = await readdir(folder);
    const printed = await terminal.run('npm run start:enterprise', 1);
    for (const name of ['GITHUB_APP_CLIENT_ID', 'GITHUB_APP_CLIENT_SECRET']) {
      assert.equal(printed.split(`${name} must be set`).length, 2, printed);
    }
    assert.doesNotMatch(printed, /^\s+at /m, 'no stack trace');
    assert.deepEqual(await readdir(folder), before);
  });

  it('starts it with the .env of docs/github-app.md, reads which addresses to paste, and is sent to GitHub', async () => {
    const made: Record<string, string> = {
      GITHUB_APP_CLIENT_ID: github.app.clientId,
      GITHUB_APP_CLIENT_SECRET: github.app.clientSecret,
    };
    const documentedLines = documented('docs/github-app.md', 'GITHUB_APP_CLIENT_ID=').trim().split('\n');
    const lines = documentedLines.map((line) => {
      const [name = '', value = ''] = line.split('=');
      return `${name}=${made[name] ?? value}`;
    });
    const publicUrl = /^PUBLIC_URL=(\S+)$/m.exec(documented('docs/github-app.md', 'PUBLIC_URL='))?.[1] ?? '';
    const addresses = [
      `PUBLIC_URL=${publicUrl}`,
      `GITHUB_BASE_URL=${github.url}`,
      `GITHUB_API_URL=${github.apiUrl}`,
    ];
    await writeFile(
      join(folder, '.env'),
      [...lines, ...addresses, 'FILE_STORE_PATH=.enterprise', ''].join('\n'),
    );

    const server = terminal.start('npm run start:enterprise');
    await server.until(/listens on http:/);
    await server.until(new RegExp(`Callback URL\\W+${publicUrl}/oauth/github/callback`));
    await server.until(new RegExp(`Webhook URL\\W+${publicUrl}/integration/github/events`));
    assert.equal((await configuration()).APP_MODE, 'saas');
    const authorize = await fetch(`${url}/oauth/github/authorize`, { redirect: 'manual' });
    const consent = new URL(authorize.headers.get('location') ?? '');
    assert.equal(consent.origin + consent.pathname, `${github.url}/login/oauth/authorize`);
    assert.equal(consent.searchParams.get('redirect_uri'), `${publicUrl}/oauth/github/callback`);
    assert.ok(!server.printed.includes(github.app.clientSecret));
    await server.interrupt();
  });

  it('gets the version and the usage of each command by asking', async () => {
    const version = await terminal.run('node --import tsx lib/cli/openhands-express.ts --version');
    assert.match(version, /^\S*\d+\.\d+\.\d+/);
    assert.match(
      await terminal.run('node --import tsx lib/cli/openhands-express.ts serve --help'),
      /GITHUB_APP_CLIENT_ID/,
    );
  });

  async function configuration(): Promise<{ APP_MODE: string }> {
    return (await (await fetch(`${url}/api/options/config`)).json()) as { APP_MODE: string };
  }
});
