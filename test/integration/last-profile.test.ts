/** `GET /api/github/user`, at which the stock client takes any error for the end of the identity, in both editions. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Edition, type Fault, type TestAgent, type TestApp, testApp } from '../../lib/testing/index.ts';

const HOUR_MS = 3_600_000;
const PATH = '/api/github/user';
const USER = 'GET /user';
const TOKENS = 'POST /login/oauth/access_token';

type Wrong = Fault extends infer One ? (One extends Fault ? Omit<One, 'on'> : never) : never;

const PROFILE = { id: 1, avatar_url: '', company: null, name: null, email: null };

/** A GitHub API whose users are called like their tokens. */
class HoldingGitHub {
  #held: { readonly profile: object; readonly asked: (answer: () => void) => void } | undefined;
  readonly #server = createServer(({ headers }, res) => {
    const held = this.#held;
    this.#held = undefined;
    const login = headers.authorization?.replace('Bearer ', '');
    const answer = () => res.end(JSON.stringify(held?.profile ?? { ...PROFILE, login }));
    res.setHeader('Content-Type', 'application/json');
    if (held === undefined) answer();
    else held.asked(answer);
  });

  /** @returns its address. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when the next request has come, with what answers it. */
  holdNext(profile: object): Promise<() => void> {
    return new Promise((asked) => (this.#held = { profile, asked }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}

/** What ends nobody's identity. */
const TROUBLES: Readonly<Record<string, Wrong>> = {
  'an outage': { kind: 'status', status: 502 },
  'a broken connection': { kind: 'reset' },
  silence: { kind: 'hang' },
  'a primary limit': { kind: 'rate-limit' },
  'a secondary limit': { kind: 'rate-limit', status: 429, retryAfterSeconds: 7 },
  'a limit that only the body tells': { kind: 'rate-limit', in: 'body' },
  'single sign-on': { kind: 'refusal', reason: 'single-sign-on' },
  'an IP allow list': { kind: 'refusal', reason: 'ip-allow-list' },
  'a suspended account': { kind: 'refusal', reason: 'suspended' },
  'any other 403': { kind: 'status', status: 403 },
  'a 404': { kind: 'status', status: 404 },
  'a page': { kind: 'html', status: 200 },
  'half an answer': { kind: 'truncated' },
  'an answer without an end': { kind: 'endless' },
  'a redirect to another host': { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
  'another JSON': { kind: 'answer', body: { id: 0 } },
  'nobody at all': { kind: 'answer', body: 'null' },
};

/** Somebody whose profile has been read by nothing but becoming somebody. */
async function become(edition: Edition, app: TestApp, login = 'octocat'): Promise<TestAgent> {
  const agent = app.agent();
  return edition === 'oss' ? agent.saveToken(app.github.addPersonalAccessToken(login)) : agent.signIn(login);
}

for (const edition of ['oss', 'enterprise'] as const) {
  describe(`The last profile seen, in the ${edition} edition`, () => {
    let app: TestApp;
    let agent: TestAgent;

    beforeEach(async () => {
      app = await testApp(edition, { patience: { timeoutMs: 300, replicaLagMs: 1 } });
      agent = await become(edition, app);
      app.github.calls.clear();
    });
    afterEach(() => app.close());

    for (const [trouble, fault] of Object.entries(TROUBLES)) {
      it(`stands in for the first one asked for, through ${trouble}`, async () => {
        app.github.faults.add({ on: '*', ...fault });
        const { body } = await agent.get(PATH).expect(200).expect('X-Stale', '1');
        assert.equal(body.login, 'octocat');
        assert.deepEqual(Object.keys(body).sort(), ['avatar_url', 'company', 'email', 'id', 'login', 'name']);
        app.github.faults.clear();
        const { headers } = await agent.get(PATH).expect(200, body);
        assert.equal(headers['x-stale'], undefined);
      });
    }

    it('stands in, and its address for single sign-on stays out of the log', async () => {
      app.github.faults.add({ on: USER, kind: 'refusal', reason: 'single-sign-on' });
      await agent.get(PATH).expect(200).expect('X-Stale', '1');
      assert.ok(!app.log.join('').includes('authorization_request'));
      assert.ok(app.log.some((line) => line.includes('github_sso_required')));
    });

    it('is of the user who is there now, and of nobody else', async () => {
      const other = await become(edition, app, 'hubot');
      app.github.faults.add({ on: USER, kind: 'reset' });
      assert.equal((await other.get(PATH).expect(200)).body.login, 'hubot');
    });

    it('does not stand in for one that GitHub’s 401 has ended', async () => {
      app.github.faults.add({ on: '*', kind: 'status', status: 401 });
      await agent.get(PATH).expect(401);
    });

    it('is none when what was kept is none, or of another version', async () => {
      const name = (await readdir(app.files, { recursive: true })).find((it) =>
        it.endsWith('_profile.json'),
      )!;
      const file = join(app.files, name);
      const kept = JSON.parse(await readFile(file, 'utf8')) as object;
      for (const profile of [null, 'octocat', { id: '583231' }, { id: 583231 }]) {
        await writeFile(file, JSON.stringify({ ...kept, profile }));
        app.github.faults.add({ on: USER, kind: 'reset' });
        await agent.get(PATH).expect(503);
      }
    });

    it('cannot be kept, and nobody is kept from their answer', async () => {
      const name = (await readdir(app.files, { recursive: true })).find((it) =>
        it.endsWith('_profile.json'),
      )!;
      await writeFile(join(app.files, name), '{"cut short');
      assert.equal((await agent.get(PATH).expect(200)).body.login, 'octocat');
    });
  });
}

describe('The last profile seen', () => {
  it('stands in while the App is refused and a refresh is due, in the Enterprise edition', async () => {
    const app = await testApp('enterprise');
    try {
      const cat = await app.agent().signIn('octocat');
      app.github.advance(9 * HOUR_MS);
      app.github.faults.add({ on: TOKENS, kind: 'oauth-error', error: 'incorrect_client_credentials' });
      assert.equal((await cat.get(PATH).expect(200).expect('X-Stale', '1')).body.login, 'octocat');
      const { body } = await cat.get('/api/github/repositories').expect(503);
      assert.equal(body.code, 'github_app_misconfigured');
      await cat.post('/api/authenticate').expect(200);
    } finally {
      await app.close();
    }
  });

  it('is not of a token in Settings, in the Enterprise edition', async () => {
    const app = await testApp('enterprise');
    try {
      const cat = await app.agent().signIn('octocat');
      await cat.saveToken(app.github.addPersonalAccessToken('hubot'));
      app.github.faults.add({ on: USER, kind: 'reset' });
      assert.equal((await cat.get(PATH).expect(200)).body.login, 'octocat');
    } finally {
      await app.close();
    }
  });

  it('is not replaced by that of an older token, about which GitHub answers late', async () => {
    const github = new HoldingGitHub();
    const app = await testApp('oss', { env: { GITHUB_API_URL: await github.listen() } });
    try {
      const agent = app.agent();
      await agent.post('/api/settings').send({ github_token: 'ghp_old' }).expect(200);
      // Not the one that is kept, so it would be written.
      const asked = github.holdNext({ ...PROFILE, login: 'old', name: 'renamed' });
      const late = agent.get(PATH).then(({ body }) => body as object);
      const answer = await asked;
      await agent.post('/api/settings').send({ github_token: 'ghp_new' }).expect(200);
      answer();
      assert.equal(((await late) as { name: string }).name, 'renamed');
      await github.close();
      const { body } = await agent.get(PATH).expect(200).expect('X-Stale', '1');
      assert.equal(body.login, 'ghp_new');
    } finally {
      await github.close();
      await app.close();
    }
  });

  it('is none when nothing was stored with it', async () => {
    const app = await testApp('oss');
    try {
      const agent = app.agent();
      const github_token = app.github.addPersonalAccessToken('octocat');
      await agent.post('/api/settings').send({ github_token, unset_github_token: true }).expect(200);
      assert.deepEqual(app.github.calls.count(), 0);
      await agent.get(PATH).expect(401);
    } finally {
      await app.close();
    }
  });
});
