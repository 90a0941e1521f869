import assert from 'node:assert/strict';
import { FakeGitHub } from '../../../lib/testing/index.ts';

describe('the control surface of the fake GitHub', () => {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
  });
  afterEach(() => github.close());

  async function control(method: string, args: object = {}): Promise<{ status: number; result: never }> {
    const response = await fetch(`${github.url}/_control/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const { result } = (await response.json()) as { result: never };
    return { status: response.status, result };
  }

  const statusOf = async (token: string) =>
    (await fetch(`${github.apiUrl}/user`, { headers: { authorization: `Bearer ${token}` } })).status;

  it('lets another process steer the fake', async () => {
    const { result: token } = await control('addPersonalAccessToken', { login: 'octocat' });
    assert.equal(await statusOf(token), 200);
    await control('addFault', { on: 'GET /user', kind: 'status', status: 500 });
    assert.equal(await statusOf(token), 500);
    await control('clearFaults');
    await control('revokeToken', { token });
    assert.equal(await statusOf(token), 401);

    const before = github.clock.now();
    await control('advance', { ms: 60_000 });
    assert.ok(github.clock.now() - before >= 60_000);
    await control('options', { rateLimit: 9 });
    assert.equal(github.options.rateLimit, 9);
  });

  it('signs in, revokes, and tells what was called', async () => {
    const { result: description } = await control('describe');
    assert.deepEqual((description as { app: unknown }).app, github.app);
    const url = `${github.url}/login/oauth/authorize?client_id=${github.app.clientId}&redirect_uri=http://localhost/cb`;
    const { result: callback } = await control('authorize', { url, login: 'hubot' });
    assert.match(callback, /^http:\/\/localhost\/cb\?code=/);
    const { result: denied } = await control('deny', { url });
    assert.match(denied, /error=access_denied/);

    const { access_token: token } = github.tokens.issuePair('hubot');
    await control('revokeAuthorization', { login: 'hubot' });
    assert.equal(await statusOf(token), 401);
    const { result: calls } = await control('calls');
    assert.equal((calls as { all: object[] }).all.length, 3, 'its own requests are not counted');
  });

  it('says what there is when it is asked for something else, and why something cannot be done', async () => {
    assert.equal((await control('dance')).status, 404);
    assert.equal((await control('addPersonalAccessToken', { login: 'nobody' })).status, 422);
  });
});
