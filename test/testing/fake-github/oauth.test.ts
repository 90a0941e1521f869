import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { FakeGitHub } from '../../../lib/testing/index.ts';

const CALLBACK = 'http://127.0.0.1:3000/oauth/github/callback';
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-0123';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

describe('the OAuth web flow of the fake GitHub', () => {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
  });
  afterEach(() => github.close());

  function authorizeUrl(parameters: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      client_id: github.app.clientId,
      redirect_uri: CALLBACK,
      state: 'a state',
      ...parameters,
    });
    return `${github.url}/login/oauth/authorize?${query.toString()}`;
  }

  async function code(login = 'octocat', parameters: Record<string, string> = {}): Promise<string> {
    const callback = new URL(await github.authorize(authorizeUrl(parameters), login));
    return callback.searchParams.get('code')!;
  }

  async function ask(form: Record<string, string>, accept = 'application/json'): Promise<Response> {
    return fetch(`${github.url}/login/oauth/access_token`, {
      method: 'POST',
      headers: { accept },
      body: new URLSearchParams({
        client_id: github.app.clientId,
        client_secret: github.app.clientSecret,
        ...form,
      }),
    });
  }

  async function askJson(form: Record<string, string>): Promise<Record<string, string | number>> {
    const response = await ask(form);
    assert.equal(response.status, 200, 'GitHub says what is wrong with status 200');
    return (await response.json()) as Record<string, string | number>;
  }

  async function signIn(login = 'octocat'): Promise<{ access: string; refresh: string }> {
    const answer = await askJson({ code: await code(login) });
    return { access: String(answer.access_token), refresh: String(answer.refresh_token) };
  }

  const refresh = (token: string) => askJson({ grant_type: 'refresh_token', refresh_token: token });

  async function statusOf(token: string): Promise<number> {
    const response = await fetch(`${github.apiUrl}/user`, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    return response.status;
  }

  describe('the consent page', () => {
    it('offers every user, the suggested one first, and to cancel', async () => {
      const response = await fetch(authorizeUrl({ login: 'hubot' }));
      const page = await response.text();
      assert.equal(response.status, 200);
      const offered = [...page.matchAll(/name="login" value="(\w+)"/g)].map(([, login]) => login);
      assert.deepEqual(offered, ['hubot', 'octocat', 'monalisa']);
      assert.match(page, /name="cancel"/);
    });

    it('hands its parameters on as they came, and lets none of them out of its quotes', async () => {
      const page = await (await fetch(authorizeUrl({ state: '"><script>alert(1)</script>' }))).text();
      assert.ok(!page.includes('<script>'));
      assert.match(page, /name="state" value="&#34;&#62;/);
    });

    it('sends the browser back with a code and the state', async () => {
      const callback = new URL(await github.authorize(authorizeUrl(), 'octocat'));
      assert.equal(`${callback.origin}${callback.pathname}`, CALLBACK);
      assert.equal(callback.searchParams.get('state'), 'a state');
      assert.match(callback.searchParams.get('code')!, /^\w{20}$/);
    });

    it('sends the browser back with access_denied when its user cancels', async () => {
      const callback = new URL(await github.deny(authorizeUrl()));
      assert.equal(callback.searchParams.get('error'), 'access_denied');
      assert.equal(callback.searchParams.get('state'), 'a state');
      assert.equal(callback.searchParams.get('code'), null);
    });

    it('never redirects to an address that is not a callback URL of the app', async () => {
      github.options.callbackUrls = [CALLBACK];
      await assert.rejects(
        github.authorize(authorizeUrl({ redirect_uri: 'http://evil.example/' }), 'octocat'),
        /400/,
      );
      await assert.rejects(github.authorize(authorizeUrl({ client_id: 'another' }), 'octocat'), /404/);
      assert.ok((await github.authorize(authorizeUrl(), 'octocat')).startsWith(CALLBACK));
    });

    it('refuses a code challenge that is not S256', async () => {
      const plain = authorizeUrl({ code_challenge: VERIFIER, code_challenge_method: 'plain' });
      await assert.rejects(github.authorize(plain, 'octocat'), /400/);
    });
  });

  describe('the exchange of a code', () => {
    it('gives a pair of tokens with their lifetimes, and the token speaks for the user', async () => {
      const answer = await askJson({ code: await code('hubot'), redirect_uri: CALLBACK });
      assert.match(String(answer.access_token), /^ghu_/);
      assert.match(String(answer.refresh_token), /^ghr_/);
      assert.equal(answer.expires_in, 28_800);
      assert.equal(answer.refresh_token_expires_in, 15_897_600);
      assert.equal(answer.token_type, 'bearer');
      assert.equal(answer.scope, '');
      assert.equal(github.tokens.holder(String(answer.access_token))?.login, 'hubot');
    });

    it('answers with a form unless JSON is asked for', async () => {
      const response = await ask({ code: await code() }, '*/*');
      assert.match(response.headers.get('content-type')!, /x-www-form-urlencoded/);
      assert.match(new URLSearchParams(await response.text()).get('access_token')!, /^ghu_/);
    });

    it('takes a code once', async () => {
      const once = await code();
      assert.ok('access_token' in (await askJson({ code: once })));
      assert.equal((await askJson({ code: once })).error, 'bad_verification_code');
    });

    it('takes a code for ten minutes', async () => {
      const late = await code();
      github.advance(10 * 60_000);
      assert.equal((await askJson({ code: late })).error, 'bad_verification_code');
    });

    it('asks for the verifier of the challenge', async () => {
      const challenge = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
      assert.equal(
        (await askJson({ code: await code('octocat', challenge) })).error,
        'bad_verification_code',
      );
      const wrong = await askJson({ code: await code('octocat', challenge), code_verifier: `${VERIFIER}x` });
      assert.equal(wrong.error, 'bad_verification_code');
      const right = await askJson({ code: await code('octocat', challenge), code_verifier: VERIFIER });
      assert.ok('access_token' in right);
    });

    it('says in GitHub’s words what is wrong', async () => {
      const errors = [
        await askJson({ code: await code(), client_secret: 'wrong' }),
        await askJson({ code: await code(), redirect_uri: 'http://elsewhere.example/' }),
        await askJson({ grant_type: 'password' }),
      ];
      assert.deepEqual(
        errors.map(({ error }) => error),
        ['incorrect_client_credentials', 'redirect_uri_mismatch', 'unsupported_grant_type'],
      );
      assert.ok(errors.every((answer) => answer.error_description && answer.error_uri));
    });

    it('refuses a user without a verified email address', async () => {
      github.directory.addUser({ login: 'newcomer', emailVerified: false });
      assert.equal((await askJson({ code: await code('newcomer') })).error, 'unverified_user_email');
    });

    it('gives a token that does not expire when expiry is switched off', async () => {
      github.options.expiringTokens = false;
      const answer = await askJson({ code: await code() });
      assert.deepEqual(Object.keys(answer).sort(), ['access_token', 'scope', 'token_type']);
      github.advance(365 * 24 * 3_600_000);
      assert.equal(await statusOf(String(answer.access_token)), 200);
    });
  });

  describe('a refresh', () => {
    it('gives a new pair and kills the old refresh token and the old access token at once', async () => {
      const old = await signIn();
      const renewed = await refresh(old.refresh);
      assert.equal(await statusOf(String(renewed.access_token)), 200);
      assert.equal(await statusOf(old.access), 401);
      assert.equal((await refresh(old.refresh)).error, 'bad_refresh_token');
      assert.equal(github.tokens.reusedRefreshTokens, 1);
      assert.equal(github.calls.refreshes, 2);
      assert.equal(github.calls.exchanges, 1);
    });

    it('works after the access token has expired, and not after the refresh token has', async () => {
      const { access, refresh: token } = await signIn();
      github.advance(28_800_000);
      assert.equal(await statusOf(access), 401);
      const renewed = await refresh(token);
      assert.equal(await statusOf(String(renewed.access_token)), 200);
      github.advance(15_897_600_000);
      assert.equal((await refresh(String(renewed.refresh_token))).error, 'bad_refresh_token');
    });

    it('is followed by 401s for a moment when replicas lag', async () => {
      github.options.replicaLagMs = 60_000;
      const { access } = await signIn();
      assert.equal(await statusOf(access), 401);
      github.advance(60_000);
      assert.equal(await statusOf(access), 200);
    });
  });

  describe('the end of a grant', () => {
    it('kills every token of that user for the app, and no other', async () => {
      const [first, second, other] = [await signIn(), await signIn(), await signIn('hubot')];
      const personal = github.addPersonalAccessToken('octocat');
      const response = await fetch(`${github.apiUrl}/applications/${github.app.clientId}/grant`, {
        method: 'DELETE',
        headers: {
          authorization: `Basic ${btoa(`${github.app.clientId}:${github.app.clientSecret}`)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ access_token: first.access }),
      });
      assert.equal(response.status, 204);
      assert.deepEqual(
        [await statusOf(first.access), await statusOf(second.access), await statusOf(other.access)],
        [401, 401, 200],
      );
      assert.equal(await statusOf(personal), 200);
      assert.equal((await refresh(second.refresh)).error, 'bad_refresh_token');
      assert.equal(github.tokens.reusedRefreshTokens, 0, 'a revoked refresh token is not one that was used');
      assert.equal(github.tokens.hasGrant('octocat'), false);
      assert.equal(github.tokens.hasGrant('hubot'), true);
    });
  });
});

describe('the fake GitHub as a GitHub Enterprise Server', () => {
  it('has its API on the same port, below /api/v3 and /api/graphql, and knows no PKCE', async () => {
    const github = await FakeGitHub.listen({ layout: 'enterprise-server' });
    try {
      assert.equal(github.apiUrl, `${github.url}/api/v3`);
      const headers = { authorization: `Bearer ${github.addPersonalAccessToken('octocat')}` };
      const list = await fetch(`${github.apiUrl}/user/repos?per_page=5`, { headers });
      assert.match(
        list.headers.get('link')!,
        new RegExp(`<${github.apiUrl}/user/repos\\?per_page=5&page=2>; rel="next"`),
      );
      const graphql = await fetch(`${github.url}/api/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { login } }' }),
      });
      assert.deepEqual(await graphql.json(), { data: { viewer: { login: 'octocat' } } });
      const query = new URLSearchParams({
        client_id: github.app.clientId,
        redirect_uri: CALLBACK,
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
      });
      const callback = await github.authorize(
        `${github.url}/login/oauth/authorize?${query.toString()}`,
        'octocat',
      );
      const exchange = await fetch(`${github.url}/login/oauth/access_token`, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams({
          client_id: github.app.clientId,
          client_secret: github.app.clientSecret,
          code: new URL(callback).searchParams.get('code')!,
        }),
      });
      assert.ok('access_token' in ((await exchange.json()) as object));
    } finally {
      await github.close();
    }
  });
});
