import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import request from 'supertest';
import { JsonFileStore } from '../../lib/oss/storage/json-file-store.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { environmentFor, pathOf } from '../integration/enterprise-site.ts';
import { ServerFolder } from '../server-folder.ts';

const PROCESSES = 4;
/** Within it, processes that are started together have come to their secrets. */
const TO_COME_MS = 3_000;
const SECRETS = ['cookie_secrets.json', 'token_encryption_keys.json'];

describe('Servers that start at once for the first time', () => {
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

  it('agree on what cookies are signed and tokens are encrypted with', async () => {
    const { store } = folder;
    const start = () =>
      Array.from({ length: PROCESSES }, (_, index) =>
        folder.start({
          ...environmentFor(github, store),
          PUBLIC_URL: 'http://127.0.0.1:3000',
          ...(index === 0 && { WORKERS: '2' }),
        }),
      );
    const servers = await whileSecretsAreLocked(store, async () => {
      const started = start();
      // Each has time to find that there are none yet; one that comes later tells less, and fails nothing.
      await delay(TO_COME_MS);
      assert.deepEqual(await secretsIn(store), []);
      return started;
    });
    const urls = await Promise.all(servers.map((server) => server.url()));
    const cookies: string[] = [];
    // Begun at one, ended at the next: the cookie of the way to GitHub is signed as well.
    for (const [index, url] of urls.entries()) {
      const begun = await request(url).get('/oauth/github/authorize');
      const flow = begun.get('Set-Cookie')!.map(withoutAttributes);
      const callback = pathOf(await github.authorize(begun.headers.location!, 'octocat'));
      const ended = await request(urls[(index + 1) % PROCESSES]!)
        .get(callback)
        .set('Cookie', flow);
      cookies.push(ended.get('Set-Cookie')!.map(withoutAttributes).find(isSession)!);
    }
    // Each has stored the tokens anew, so each has to read what the last one has written.
    for (const url of urls) {
      for (const cookie of cookies) {
        const { status, body } = await request(url).get('/api/github/repositories').set('Cookie', cookie);
        assert.equal(status, 200, JSON.stringify(body));
      }
    }
    for (const server of servers) {
      assert.equal(await server.end('SIGTERM'), 0);
      assert.equal(server.errors, '');
    }
    assert.deepEqual(await secretsIn(store), SECRETS);
  });
});

/** Has whoever wants to make secrets wait: they all go on at the same time. */
async function whileSecretsAreLocked<T>(store: string, task: () => Promise<T>): Promise<T> {
  const documents = new JsonFileStore({ path: store, log: pino({ level: 'silent' }) });
  try {
    const [cookies = '', tokens = ''] = SECRETS;
    return await documents.withLock(cookies, () => documents.withLock(tokens, task));
  } finally {
    await documents.close();
  }
}

async function secretsIn(store: string): Promise<string[]> {
  const files = await readdir(store);
  return files.filter((file) => /secret|key/.test(file)).sort();
}

function withoutAttributes(line: string): string {
  return line.split(';', 1)[0]!;
}

function isSession(cookie: string): boolean {
  return cookie.startsWith('openhands_auth=');
}
