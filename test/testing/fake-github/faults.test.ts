import assert from 'node:assert/strict';
import { FakeGitHub, type Fault } from '../../../lib/testing/index.ts';

describe('the faults of the fake GitHub', () => {
  let github: FakeGitHub;
  let authorization: string;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
    authorization = `Bearer ${github.addPersonalAccessToken('octocat')}`;
  });
  afterEach(() => github.close());

  const get = (path = '/user', timeoutMs = 60_000) =>
    fetch(`${github.apiUrl}${path}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(timeoutMs),
    });

  const refresh = (token: string) =>
    fetch(`${github.url}/login/oauth/access_token`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({
        client_id: github.app.clientId,
        client_secret: github.app.clientSecret,
        grant_type: 'refresh_token',
        refresh_token: token,
      }),
    });

  it('meet as many requests as they are told to, at their route alone', async () => {
    github.faults.add({ on: 'GET /user', kind: 'status', status: 503, times: 2 });
    assert.equal((await get('/user/repos')).status, 200);
    assert.deepEqual([(await get()).status, (await get()).status, (await get()).status], [503, 503, 200]);
  });

  it('meet every request at every route until they are cleared', async () => {
    github.faults.add({ on: '*', kind: 'status', status: 500 });
    assert.deepEqual([(await get()).status, (await get('/user/repos')).status], [500, 500]);
    github.faults.clear();
    assert.equal((await get()).status, 200);
  });

  it('can be a page, an empty body, or JSON that stops in the middle', async () => {
    github.faults.add({ on: 'GET /user', kind: 'html', times: 1 });
    const page = await get();
    assert.equal(page.status, 502);
    assert.match(await page.text(), /<html>/);

    github.faults.add({ on: 'GET /user', kind: 'empty', times: 1 });
    const empty = await get();
    assert.equal(empty.status, 200);
    assert.equal(await empty.text(), '');

    github.faults.add({ on: 'GET /user', kind: 'malformed', times: 1 });
    await assert.rejects((await get()).json(), SyntaxError);
  });

  it('can be the primary rate limit or a secondary one', async () => {
    github.faults.add({ on: 'GET /user', kind: 'rate-limit', times: 1 });
    const primary = await get();
    assert.equal(primary.status, 403);
    assert.equal(primary.headers.get('x-ratelimit-remaining'), '0');

    github.faults.add({ on: 'GET /user', kind: 'rate-limit', status: 429, retryAfterSeconds: 7, times: 1 });
    const secondary = await get();
    assert.equal(secondary.status, 429);
    assert.equal(secondary.headers.get('retry-after'), '7');
  });

  it('can be a limit that only the body tells', async () => {
    github.faults.add({ on: 'GET /user', kind: 'rate-limit', in: 'body', times: 1 });
    const limited = await get();
    assert.equal(limited.status, 403);
    assert.equal(limited.headers.get('retry-after'), null);
    assert.match(((await limited.json()) as { message: string }).message, /secondary rate limit/);
  });

  it('can be a refusal in GitHub’s words, with the address for single sign-on', async () => {
    for (const reason of ['single-sign-on', 'ip-allow-list', 'suspended', 'missing-permission'] as const) {
      github.faults.add({ on: 'GET /user', kind: 'refusal', reason, times: 1 });
      const refused = await get();
      assert.equal(refused.status, 403);
      const address = refused.headers.get('x-github-sso');
      assert.equal(address?.startsWith('required; url='), reason === 'single-sign-on' ? true : undefined);
    }
  });

  it('can be an error of GraphQL, or any answer', async () => {
    github.faults.add({ on: 'GET /user', kind: 'graphql-error', type: 'RATE_LIMITED', times: 1 });
    const { errors } = (await (await get()).json()) as { errors: { type: string }[] };
    assert.equal(errors[0]!.type, 'RATE_LIMITED');
    github.faults.add({
      on: 'GET /user',
      kind: 'answer',
      status: 418,
      headers: { a: 'b' },
      body: [1],
      times: 1,
    });
    const answer = await get();
    assert.deepEqual([answer.status, answer.headers.get('a'), await answer.text()], [418, 'b', '[1]']);
  });

  it('can be an answer that a proxy has changed after the work was done', async () => {
    const change = {
      contentType: 'text/plain',
      prefix: '!',
      asForm: true,
      fields: { scope: 'x' },
      without: ['token_type'],
    };
    github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'changed', ...change, times: 1 });
    const answer = await refresh(github.tokens.issuePair('octocat').refresh_token!);
    assert.equal(answer.headers.get('content-type'), 'text/plain');
    const text = await answer.text();
    assert.match(text, /^!access_token=ghu_\w+&/);
    const form = new URLSearchParams(text.slice(1));
    assert.deepEqual([form.get('scope'), form.has('token_type')], ['x', false]);
    assert.ok(github.secrets.all.includes(form.get('access_token')!));
  });

  it('can be a body that does not end, which does not hold up the end of the fake', async () => {
    for (const kind of ['endless', 'trickle'] as const) {
      github.faults.add({ on: 'GET /user', kind, times: 1 });
      const { body } = await get();
      const reader = body!.getReader();
      for (let part = 0; part < 3; part++) assert.equal((await reader.read()).done, false);
      if (kind === 'endless') await reader.cancel();
    }
    await github.close();
  });

  it('can be an OAuth error, which changes nothing', async () => {
    const token = github.tokens.issuePair('octocat').refresh_token!;
    github.faults.add({
      on: 'POST /login/oauth/access_token',
      kind: 'oauth-error',
      error: 'incorrect_client_credentials',
      times: 1,
    });
    const refused = await refresh(token);
    assert.equal(refused.status, 200);
    assert.equal(((await refused.json()) as { error: string }).error, 'incorrect_client_credentials');
    assert.ok('access_token' in ((await (await refresh(token)).json()) as object));
  });

  it('can be a request that hangs, which does not hold up the end of the fake', async () => {
    github.faults.add({ on: 'GET /user', kind: 'hang', times: 1 });
    await assert.rejects(get('/user', 100), { name: 'TimeoutError' });
    github.faults.add({ on: 'GET /user', kind: 'hang', times: 1 });
    const hanging = assert.rejects(get());
    while (github.calls.count('GET /user') < 2) await new Promise((resolve) => setImmediate(resolve));
    await github.close();
    await hanging;
  });

  const broken: readonly Fault['kind'][] = ['reset', 'lost-answer'];
  for (const kind of broken) {
    it(`can be a connection that breaks (${kind})`, async () => {
      github.faults.add({ on: 'GET /user', kind, times: 1 } as Fault);
      await assert.rejects(get(), { message: 'fetch failed' });
      assert.equal((await get()).status, 200);
    });
  }

  it('do the work and lose the answer, so that a rotated pair is nobody’s', async () => {
    const token = github.tokens.issuePair('octocat').refresh_token!;
    github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'lost-answer', times: 1 });
    await assert.rejects(refresh(token));
    const again = (await (await refresh(token)).json()) as { error: string };
    assert.equal(again.error, 'bad_refresh_token');
  });

  it('break before the work is done, so that a refresh token is still good', async () => {
    const token = github.tokens.issuePair('octocat').refresh_token!;
    github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'reset', times: 1 });
    await assert.rejects(refresh(token));
    assert.ok('access_token' in ((await (await refresh(token)).json()) as object));
  });

  it('can be half an answer', async () => {
    github.faults.add({ on: 'GET /user', kind: 'truncated', times: 1 });
    const response = await get();
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
  });

  it('can be a late answer', async () => {
    github.faults.add({ on: 'GET /user', kind: 'slow', delayMs: 1_000, times: 1 });
    const answered: string[] = [];
    const late = get().then(({ status }) => answered.push(`late ${status}`));
    while (github.calls.count('GET /user') < 1) await new Promise((resolve) => setImmediate(resolve));
    answered.push(`in time ${(await get()).status}`);
    await late;
    assert.deepEqual(answered, ['in time 200', 'late 200']);
  });

  it('are counted among the calls, with the status that went out', async () => {
    github.faults.add({ on: 'GET /user', kind: 'status', status: 503, times: 1 });
    await get();
    await get();
    assert.deepEqual(
      github.calls.all.map(({ route, status }) => [route, status]),
      [
        ['GET /user', 503],
        ['GET /user', 200],
      ],
    );
    github.calls.clear();
    assert.equal(github.calls.count(), 0);
  });
});
