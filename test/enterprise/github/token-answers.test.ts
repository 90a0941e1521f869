/** Answers of the token endpoint that are not as GitHub documents them: the code, or the old pair, is used up by then. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { GitHubOAuthClient } from '../../../lib/enterprise/github/github-oauth-client.ts';
import type { GithubTokens } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FakeGitHub, type Fault } from '../../../lib/testing/index.ts';

const TOKEN = 'POST /login/oauth/access_token';
const REDIRECT_URI = 'http://127.0.0.1:3000/oauth/github/callback';
const VERIFIER = 'v'.repeat(43);

type Change = Omit<Fault & { kind: 'changed' }, 'on' | 'kind' | 'times'>;

describe('An answer of the token endpoint', () => {
  let github: FakeGitHub;
  let client: GitHubOAuthClient;

  beforeEach(async () => {
    github = await FakeGitHub.listen();
    client = new GitHubOAuthClient({
      clientId: github.app.clientId,
      clientSecret: new Secret(github.app.clientSecret),
      baseUrl: github.url,
      apiUrl: github.apiUrl,
      timeoutMs: 300,
      now: github.clock.now,
    });
  });
  afterEach(() => github.close());

  async function exchange(): Promise<GithubTokens> {
    const codeChallenge = createHash('sha256').update(VERIFIER).digest('base64url');
    const url = client.authorizeUrl({ state: 's', codeChallenge, redirectUri: REDIRECT_URI });
    const code = new URL(await github.authorize(url, 'octocat')).searchParams.get('code')!;
    return client.exchange({ code: new Secret(code), codeVerifier: VERIFIER, redirectUri: REDIRECT_URI });
  }

  const asked: Readonly<Record<string, () => Promise<GithubTokens>>> = {
    'an exchange': exchange,
    'a refresh': () => client.refresh(new Secret(github.tokens.issuePair('octocat').refresh_token!)),
  };

  const pairs: readonly (readonly [string, Change])[] = [
    ['text/plain', { contentType: 'text/plain' }],
    ['text/html', { contentType: 'text/html; charset=utf-8' }],
    ['nonsense', { contentType: 'x' }],
    ['with a byte order mark', { prefix: '\ufeff' }],
    ['with a byte order mark and blanks, as text', { prefix: '\ufeff \r\n', contentType: 'text/plain' }],
    ['a form', { asForm: true, contentType: 'application/x-www-form-urlencoded' }],
    ['a form that is called JSON', { asForm: true }],
    ['a form that is called text', { asForm: true, contentType: 'text/plain' }],
    ['a form with a byte order mark', { asForm: true, prefix: '\ufeff' }],
    ['without token_type', { without: ['token_type', 'scope'] }],
    ['of another token_type', { fields: { token_type: 'Bearer ' } }],
    ['with a comment before it', { prefix: '<!-- proxied -->' }],
    ['with lifetimes as text', { fields: { expires_in: '28800', refresh_token_expires_in: '15897600' } }],
  ];

  const lifetimes: readonly unknown[] = [0, null, -1, '', 'soon', '8h', true, {}, [], 1e300, '9'.repeat(400)];

  for (const [name, ask] of Object.entries(asked)) {
    for (const [form, change] of pairs) {
      it(`to ${name} is read: ${form}`, async () => {
        github.faults.add({ on: TOKEN, kind: 'changed', ...change, times: 1 });
        const { accessToken, refreshToken, expiresAt } = await ask();
        assert.equal(github.tokens.holder(accessToken.reveal())?.login, 'octocat');
        assert.ok(Math.abs(expiresAt! - github.clock.now() - 28_800_000) < 2_000, String(expiresAt));
        await client.refresh(refreshToken!);
      });
    }

    it(`to ${name} is read whatever it says of lifetimes, which then are not known`, async () => {
      for (const lifetime of lifetimes) {
        const fields = { expires_in: lifetime, refresh_token_expires_in: lifetime };
        github.faults.add({ on: TOKEN, kind: 'changed', fields, times: 1 });
        const tokens = await ask();
        assert.deepEqual(
          Object.keys(tokens).sort(),
          ['accessToken', 'refreshToken'],
          JSON.stringify(lifetime),
        );
        assert.equal(github.tokens.holder(tokens.accessToken.reveal())?.login, 'octocat');
      }
    });

    it(`to ${name} is read without a refresh token, or with one that is none`, async () => {
      for (const change of [{ without: ['refresh_token'] }, { fields: { refresh_token: null } }] as const) {
        github.faults.add({ on: TOKEN, kind: 'changed', ...change, times: 1 });
        const { accessToken, refreshToken } = await ask();
        assert.equal(github.tokens.holder(accessToken.reveal())?.login, 'octocat');
        assert.equal(refreshToken, undefined);
      }
    });

    it(`to ${name} is useless only without an access token`, async () => {
      for (const access_token of [undefined, null, '', ' ', 7, {}]) {
        const change =
          access_token === undefined ? { without: ['access_token'] } : { fields: { access_token } };
        github.faults.add({ on: TOKEN, kind: 'changed', ...change, times: 1 });
        await assert.rejects(ask(), { name: 'TokenEndpointUnavailableError' }, JSON.stringify(access_token));
      }
    });

    it(`to ${name} is understood when it is an error in another form`, async () => {
      for (const [contentType, body] of [
        ['text/plain', '{"error":"incorrect_client_credentials"}'],
        ['application/json', '\ufeff{"error":"incorrect_client_credentials"}'],
        ['application/x-www-form-urlencoded', 'error=incorrect_client_credentials&error_description=No'],
      ] as const) {
        github.faults.add({
          on: TOKEN,
          kind: 'answer',
          headers: { 'content-type': contentType },
          body,
          times: 1,
        });
        await assert.rejects(ask(), {
          name: 'AppMisconfiguredError',
          reason: 'incorrect_client_credentials',
        });
      }
    });

    it(`to ${name} is the operator’s error when GitHub does not know the client id`, async () => {
      const fault = { on: TOKEN, kind: 'answer', status: 404, times: 1 } as const;
      github.faults.add({ ...fault, body: { error: 'Not Found' } });
      await assert.rejects(ask(), { name: 'AppMisconfiguredError', reason: 'unknown_client_id' });
      for (const body of ['<html>Not Found</html>', {}, { message: 'Not Found' }]) {
        github.faults.add({ ...fault, body });
        await assert.rejects(ask(), { name: 'TokenEndpointUnavailableError' });
      }
    });

    it(`to ${name} is a limit by its status, its headers, or its body alone`, async () => {
      for (const fault of [
        { kind: 'rate-limit', in: 'body' },
        { kind: 'answer', status: 403, body: 'You have exceeded a secondary rate limit.' },
        { kind: 'answer', status: 429, headers: { 'retry-after': 'soon' } },
        { kind: 'html', status: 429 },
      ] as const) {
        github.faults.add({ on: TOKEN, times: 1, ...fault });
        await assert.rejects(ask(), { name: 'TokenEndpointUnavailableError', retryAfterMs: 60_000 });
      }
      const headers = { 'retry-after': '9'.repeat(400) };
      github.faults.add({ on: TOKEN, kind: 'answer', status: 429, headers, times: 1 });
      await assert.rejects(ask(), { retryAfterMs: 3_600_000, headers: { 'Retry-After': '3600' } });
    });

    it(`to ${name} is no error because a page quotes one`, async () => {
      for (const body of [
        '<html><script>{"error":"bad_refresh_token"}</script></html>',
        '<a href="/?a=b&error=bad_verification_code">Again</a>',
        'error=bad_refresh_token <br>',
        '{"error":"bad_refresh_token"',
      ]) {
        github.faults.add({ on: TOKEN, kind: 'answer', body, times: 1 });
        await assert.rejects(ask(), { name: 'TokenEndpointUnavailableError' }, body);
      }
    });

    it(`to ${name} is an outage when it does not end`, async () => {
      for (const kind of ['endless', 'trickle'] as const) {
        github.faults.add({ on: TOKEN, kind, times: 1 });
        await assert.rejects(ask(), { name: 'TokenEndpointUnavailableError' });
      }
    });

    it(`to ${name} is no dead token for any JSON that is no object`, async () => {
      for (const body of ['null', '7', '"text"', '[]', 'true', '{"__proto__":{}}', '']) {
        github.faults.add({ on: TOKEN, kind: 'answer', body, times: 1 });
        await assert.rejects(ask(), { name: 'TokenEndpointUnavailableError' }, body);
      }
    });
  }
});

describe('A compressed answer of the token endpoint', () => {
  it('is read, though nobody has asked for one', async () => {
    const asked: IncomingHttpHeaders[] = [];
    const server = createServer((req, res) => {
      asked.push(req.headers);
      res.setHeader('content-encoding', 'gzip');
      res.end(gzipSync('{"access_token":"ghu_new","refresh_token":"ghr_new"}'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const options = { clientId: 'id', clientSecret: new Secret('secret'), baseUrl, apiUrl: baseUrl };
    try {
      const { accessToken } = await new GitHubOAuthClient(options).refresh(new Secret('ghr_old'));
      assert.equal(accessToken.reveal(), 'ghu_new');
      const [{ accept, 'accept-encoding': encoding, 'content-type': type } = {}] = asked;
      assert.deepEqual(
        [accept, encoding, type],
        ['application/json', 'identity', 'application/x-www-form-urlencoded'],
      );
    } finally {
      server.close();
    }
  });
});

describe('An answer to the App', () => {
  let github: FakeGitHub;
  let client: GitHubOAuthClient;
  const GRANT = 'DELETE /applications/{client_id}/grant';
  const CHECK = 'POST /applications/{client_id}/token';
  const any = new Secret('ghu_any');

  beforeEach(async () => {
    github = await FakeGitHub.listen();
    client = new GitHubOAuthClient({
      clientId: github.app.clientId,
      clientSecret: new Secret(github.app.clientSecret),
      baseUrl: github.url,
      apiUrl: github.apiUrl,
      timeoutMs: 300,
    });
  });
  afterEach(() => github.close());

  for (const [on, ask] of [
    [GRANT, () => client.revokeGrant(any)],
    [CHECK, () => client.knows(any)],
  ] as const) {
    it(`at ${on} is the operator’s error with a 401`, async () => {
      github.faults.add({ on, kind: 'status', status: 401 });
      await assert.rejects(ask(), {
        code: 'github_app_misconfigured',
        reason: 'incorrect_client_credentials',
      });
    });

    it(`at ${on} says nothing of the token when it is a page, a redirect, a refusal or endless`, async () => {
      const headers = { location: `${github.apiUrl}/user` };
      for (const fault of [
        { kind: 'html', status: 401 },
        { kind: 'html', status: 404 },
        { kind: 'html', status: 422 },
        { kind: 'answer', status: 404, body: { error: 'Not Found' } },
        { kind: 'html', status: 200 },
        { kind: 'answer', status: 301, headers },
        { kind: 'endless' },
        { kind: 'trickle' },
      ] as const) {
        github.faults.add({ on, times: 1, ...fault });
        await assert.rejects(ask(), { code: 'github_unavailable' }, JSON.stringify(fault));
      }
      github.faults.add({ on, times: 1, kind: 'refusal', reason: 'suspended' });
      await assert.rejects(ask(), { code: 'github_suspended' });
      assert.equal(github.calls.count('GET /user'), 0);
    });

    it(`at ${on} is a limit by its body alone`, async () => {
      github.faults.add({ on, kind: 'rate-limit', in: 'body' });
      await assert.rejects(ask(), { status: 429, headers: { 'Retry-After': '60' } });
    });
  }
});
