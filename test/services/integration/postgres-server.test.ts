import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import request from 'supertest';

import { FakeGitHub } from '../../../lib/testing/index.ts';
import { environmentFor, pathOf } from '../../integration/enterprise-site.ts';
import { ServerProcess } from '../../server-process.ts';
import { newDatabase } from '../databases.ts';
import { engines } from '../engines.ts';

const REPOSITORY = new URL('../../..', import.meta.url).pathname;

describe('A server with DATABASE_URL', () => {
  let github: FakeGitHub;
  let files: string;
  let env: Record<string, string>;
  let started: ServerProcess[];

  beforeEach(async () => {
    github = await FakeGitHub.listen();
    files = await mkdtemp(join(tmpdir(), 'postgres-server-'));
    env = {
      ...environmentFor(github, join(files, 'store')),
      DATABASE_URL: (await newDatabase(engines().postgres)).reveal(),
      COOKIE_SECRETS: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    };
    started = [];
  });
  afterEach(async () => {
    for (const server of started) await server.end('SIGKILL');
    await github.close();
    await rm(files, { recursive: true, force: true });
  });

  function start(variables: Record<string, string | undefined> = {}): ServerProcess {
    const all = Object.entries({ ...env, ...variables }).filter(([, value]) => value !== undefined);
    const server = new ServerProcess(Object.fromEntries(all) as Record<string, string>, REPOSITORY);
    started.push(server);
    return server;
  }

  it('keeps settings and tokens there and not in files, for every process on it', async () => {
    const [one, other] = await Promise.all([start().url(), start().url()]);
    const browser = request.agent(one);
    const { headers } = await browser.get('/oauth/github/authorize');
    const callback = await browser.get(pathOf(await github.authorize(headers.location!, 'octocat')));
    assert.equal(callback.status, 302);
    await browser.post('/api/settings').send({ language: 'de' }).expect(200);

    const cookie = callback
      .get('Set-Cookie')!
      .find((it) => it.startsWith('openhands_auth='))!
      .split(';')[0]!;
    const settings = await request(other).get('/api/settings').set('Cookie', cookie).expect(200);
    assert.equal((settings.body as { language: string }).language, 'de');
    await request(other).get('/api/github/user').set('Cookie', cookie).expect(200);
    await assert.rejects(readdir(join(files, 'store')), { code: 'ENOENT' });

    const database = new URL(env.DATABASE_URL!).pathname.slice(1);
    const rows = await engines().postgres.run(database, 'SELECT key, document FROM openhands_documents');
    assert.deepEqual(rows.map(({ key }) => key).sort(), [
      'users/github/583231/github_profile.json',
      'users/github/583231/github_token.json',
      'users/github/583231/sessions.json',
      'users/github/583231/settings.json',
    ]);
    assert.doesNotMatch(JSON.stringify(rows), /gh[oprsu]_/);
  });

  it('says at its start which database that is, without the password', async () => {
    const server = start({ LOG_LEVEL: 'info' });
    await server.url();
    const { host, pathname } = new URL(env.DATABASE_URL!);
    assert.ok(server.output.includes(`PostgreSQL ${host}${pathname}`), server.output);
    assert.doesNotMatch(server.output, /local-only/);
  });

  for (const name of ['COOKIE_SECRETS', 'TOKEN_ENCRYPTION_KEYS']) {
    it(`does not start on it with ${name} of its own making, and says so in one line`, async () => {
      const server = start({ [name]: undefined });
      assert.equal(await server.exitCode(), 1);
      assert.equal(
        server.errors,
        `openhands-express: ${name} must be set when DATABASE_URL is, and be the same in every process on the database.\n`,
      );
    });
  }

  it('does not start on a database without tables, and says what to run', async () => {
    const server = start({ DATABASE_URL: await engines().postgres.newDatabase() });
    assert.equal(await server.exitCode(), 1);
    assert.match(server.errors, /^openhands-express: DATABASE_URL: .*Run: npx openhands-express migrate\n$/);
  });
});
