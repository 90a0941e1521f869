import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import request from 'supertest';
import { serve } from '../../lib/cli/serve.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { RecordingTerminal } from '../cli/recording-terminal.ts';
import { ServerProcess } from '../server-process.ts';
import { environmentFor, pathOf } from './enterprise-site.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('The Enterprise edition as a process', () => {
  let github: FakeGitHub;
  let files: string;

  beforeEach(async () => {
    github = await FakeGitHub.listen();
    files = await mkdtemp(join(tmpdir(), 'enterprise-process-'));
  });

  afterEach(async () => {
    await github.close();
    await rm(files, { recursive: true, force: true });
  });

  function startWith(env: Record<string, string>): ServerProcess {
    return new ServerProcess({ ...environmentFor(github, files), ...env }, ROOT);
  }

  it('ends at once without its variables, as npm run start:enterprise, and says which ones are missing', async () => {
    const child = spawn('npm', ['run', '--silent', 'start:enterprise'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', FILE_STORE_PATH: files },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 1);
    assert.match(
      errors,
      /^[^\n]+:\n {2}- GITHUB_APP_CLIENT_ID [^\n]+\n {2}- GITHUB_APP_CLIENT_SECRET [^\n]+\n$/,
    );
  });

  for (const [variable, value, message] of [
    ['GITHUB_USER_LIST_FILE', '/nowhere/users.txt', /GITHUB_USER_LIST_FILE.*cannot be read/],
    ['COOKIE_SECRETS', 'hush', /COOKIE_SECRETS.*32 characters/],
    ['TOKEN_ENCRYPTION_KEYS', 'k1:hush', /TOKEN_ENCRYPTION_KEYS.*kid:base64/],
    ['SESSION_TTL', 'soon', /SESSION_TTL.*30d/],
    ['PERMITTED_CORS_ORIGINS', '*', /PERMITTED_CORS_ORIGINS.*origins/],
  ] as const) {
    it(`ends with one line that says what to do about a bad ${variable}`, async () => {
      const terminal = new RecordingTerminal({ ...environmentFor(github, files), [variable]: value });
      assert.equal(await serve.run([], terminal), 1);
      assert.match(terminal.errors, message);
      assert.equal(terminal.errors.trim().split('\n').length, 1, terminal.errors);
      assert.doesNotMatch(terminal.errors, /hush/);
    });
  }

  it('keeps its users signed in over a restart, with secrets that only its owner can read', async () => {
    const first = startWith({});
    const url = await first.url();
    const browser = request.agent(url);
    const begun = await browser.get('/oauth/github/authorize');
    const answer = await browser.get(pathOf(await github.authorize(begun.headers.location!, 'octocat')));
    const cookie = (answer.headers['set-cookie'] as unknown as string[]).find((it) =>
      it.startsWith('openhands_auth='),
    );
    assert.equal(await first.end('SIGTERM'), 0);
    const second = startWith({});
    const { status, body } = await request(await second.url())
      .get('/api/github/user')
      .set('Cookie', cookie!.split(';')[0]!);
    assert.deepEqual([status, body.login], [200, 'octocat']);
    assert.equal(await second.end('SIGTERM'), 0);
    for (const name of ['cookie_secrets.json', 'token_encryption_keys.json']) {
      assert.equal((await stat(join(files, name))).mode & 0o777, 0o600, name);
    }
    assert.doesNotMatch(
      first.output + first.errors + second.output + second.errors,
      /gh[a-z]_|openhands_auth=|fake0client/,
    );
  });
});
