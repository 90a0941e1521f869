import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import request from 'supertest';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { environmentFor, pathOf } from '../integration/enterprise-site.ts';
import { ServerProcess } from '../server-process.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROCESSES = 4;
const BROWSERS_PER_PROCESS = 2;
/** Each a second after the one before, or later. */
const REFRESHES = 25;

describe('Four servers on one file store', () => {
  let github: FakeGitHub;
  let files: string;
  let servers: ServerProcess[];

  beforeEach(async () => {
    github = await FakeGitHub.listen({ accessTokenLifetimeSeconds: 1, rateLimit: 1_000_000 });
    files = await mkdtemp(join(tmpdir(), 'several-processes-'));
    servers = Array.from({ length: PROCESSES }, () => new ServerProcess(environmentFor(github, files), ROOT));
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.end('SIGTERM')));
    await github.close();
    await rm(files, { recursive: true, force: true });
  });

  it('serve a user whose token expires every second, without a failure and without a race', async () => {
    const urls = await Promise.all(servers.map((server) => server.url()));
    const cookie = await signIn(urls[0]!);
    const answers = new Map<string, number>();
    const browse = async (url: string): Promise<void> => {
      while (github.calls.refreshes < REFRESHES) {
        const { status, body } = await request(url).get('/api/github/repositories').set('Cookie', cookie);
        const answer = status === 200 ? '200' : `${status} ${JSON.stringify(body)}`;
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    };
    await Promise.all(urls.flatMap((url) => Array.from({ length: BROWSERS_PER_PROCESS }, () => browse(url))));
    console.log(
      `      ${answers.get('200') ?? 0} answers, ${github.calls.count('GET /user/repos')} requests to GitHub, ` +
        `${github.calls.refreshes} refreshes`,
    );
    assert.deepEqual([...answers.keys()], ['200'], JSON.stringify([...answers]));
    assert.equal(github.tokens.reusedRefreshTokens, 0);
  });

  async function signIn(url: string): Promise<string> {
    const begun = await request(url).get('/oauth/github/authorize');
    const flow = cookiesOf(begun);
    const callback = await github.authorize(begun.headers.location!, 'octocat');
    const ended = await request(url).get(pathOf(callback)).set('Cookie', flow);
    return cookiesOf(ended).find((cookie) => cookie.startsWith('openhands_auth='))!;
  }
});

function cookiesOf({ headers }: request.Response): string[] {
  const lines = headers['set-cookie'] as unknown as string[];
  return lines.map((line) => line.split(';', 1)[0]!);
}
