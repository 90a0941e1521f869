import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { inspect, promisify } from 'node:util';
import { GitHubOAuthClient } from '../../../lib/enterprise/github/github-oauth-client.ts';
import { errorForLog } from '../../../lib/oss/error-for-log.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FakeGitHub } from '../../../lib/testing/index.ts';

const TOKEN = 'POST /login/oauth/access_token';
const GRANT = 'DELETE /applications/{client_id}/grant';
const REDIRECT_URI = 'http://127.0.0.1:3000/oauth/github/callback';
const VERIFIER = 'v'.repeat(43);

for (const layout of ['github.com', 'enterprise-server'] as const) {
  describe(`GitHubOAuthClient with ${layout}`, () => {
    let github: FakeGitHub;
    let client: GitHubOAuthClient;

    const clientWith = (options: { clientSecret?: string; timeoutMs?: number } = {}) =>
      new GitHubOAuthClient({
        clientId: github.app.clientId,
        clientSecret: new Secret(options.clientSecret ?? github.app.clientSecret),
        baseUrl: github.url,
        apiUrl: github.apiUrl,
        timeoutMs: options.timeoutMs ?? 300,
        now: github.clock.now,
      });

    beforeEach(async () => {
      github = await FakeGitHub.listen({ layout });
      client = clientWith();
    });
    afterEach(() => github.close());

    async function newCode(login = 'octocat'): Promise<string> {
      const codeChallenge = createHash('sha256').update(VERIFIER).digest('base64url');
      const url = client.authorizeUrl({ state: 's', codeChallenge, redirectUri: REDIRECT_URI });
      return new URL(await github.authorize(url, login)).searchParams.get('code')!;
    }
    const exchange = async (changes = {}) =>
      client.exchange({
        code: new Secret(await newCode()),
        codeVerifier: VERIFIER,
        redirectUri: REDIRECT_URI,
        ...changes,
      });

    it('sends the browser to GitHub with what GitHub documents', () => {
      const url = new URL(
        client.authorizeUrl({ state: 's t', codeChallenge: 'c', redirectUri: REDIRECT_URI }),
      );
      assert.equal(url.origin + url.pathname, `${github.url}/login/oauth/authorize`);
      assert.deepEqual(Object.fromEntries(url.searchParams), {
        response_type: 'code',
        client_id: github.app.clientId,
        redirect_uri: REDIRECT_URI,
        state: 's t',
        code_challenge: 'c',
        code_challenge_method: 'S256',
      });
    });

    it('exchanges a code, and takes the lifetimes from the answer', async () => {
      Object.assign(github.options, { accessTokenLifetimeSeconds: 60, refreshTokenLifetimeSeconds: 600 });
      const before = github.clock.now();
      const tokens = await exchange();
      assert.equal(github.tokens.holder(tokens.accessToken.reveal())?.login, 'octocat');
      assert.ok(Math.abs(tokens.expiresAt! - before - 60_000) < 2_000);
      assert.ok(Math.abs(tokens.refreshTokenExpiresAt! - before - 600_000) < 2_000);
      assert.match(tokens.refreshToken!.reveal(), /^ghr_/);
    });

    it('knows tokens that do not expire', async () => {
      github.options.expiringTokens = false;
      assert.deepEqual(Object.keys(await exchange()), ['accessToken']);
    });

    it('refreshes, with a refresh token that works once', async () => {
      const { refreshToken } = await exchange();
      const tokens = await client.refresh(refreshToken!);
      assert.equal(github.tokens.holder(tokens.accessToken.reveal())?.login, 'octocat');
      await assert.rejects(client.refresh(refreshToken!), { name: 'BadRefreshTokenError' });
    });

    it('tells a code that is wrong, or for another address, from a wrong App', async () => {
      await assert.rejects(exchange({ code: new Secret('wrong') }), {
        name: 'BadVerificationCodeError',
        status: 401,
      });
      await assert.rejects(exchange({ redirectUri: `${REDIRECT_URI}/other` }), {
        name: 'AppMisconfiguredError',
        reason: 'redirect_uri_mismatch',
      });
      const mistyped = clientWith({ clientSecret: 'mistyped' });
      await assert.rejects(mistyped.refresh(new Secret('ghr_any')), {
        name: 'AppMisconfiguredError',
        status: 503,
        reason: 'incorrect_client_credentials',
      });
    });

    if (layout === 'github.com') {
      it('is refused without the verifier of its challenge', async () => {
        await assert.rejects(exchange({ codeVerifier: 'another' }), { name: 'BadVerificationCodeError' });
      });
    }

    it('takes no failure for a refusal of the token', async () => {
      const faults = [
        { kind: 'status', status: 400 },
        { kind: 'status', status: 401 },
        { kind: 'status', status: 403 },
        { kind: 'status', status: 500 },
        { kind: 'rate-limit', status: 429, retryAfterSeconds: 7 },
        { kind: 'html', status: 429 },
        { kind: 'html', status: 200 },
        { kind: 'empty' },
        { kind: 'malformed' },
        { kind: 'reset' },
        { kind: 'hang' },
        { kind: 'oauth-error', error: 'something_new' },
      ] as const;
      for (const fault of faults) {
        github.faults.add({ on: TOKEN, times: 1, ...fault });
        await assert.rejects(
          client.refresh(new Secret('ghr_any')),
          { name: 'TokenEndpointUnavailableError' },
          fault.kind,
        );
      }
      github.faults.add({ on: TOKEN, kind: 'rate-limit', status: 429, retryAfterSeconds: 7, times: 1 });
      await assert.rejects(client.refresh(new Secret('ghr_any')), {
        retryAfterMs: 7_000,
        headers: { 'Retry-After': '7' },
      });
      github.faults.add({ on: TOKEN, kind: 'html', status: 429, times: 1 });
      await assert.rejects(
        client.refresh(new Secret('ghr_any')),
        { retryAfterMs: 60_000 },
        'a limit in HTML',
      );
    });

    it('does not wait for ever for an answer that has begun', async () => {
      const server = createServer((_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.write('{"access_token"');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const options = { baseUrl: `http://127.0.0.1:${port}`, apiUrl: github.apiUrl, timeoutMs: 100 };
      const slow = new GitHubOAuthClient({ clientId: 'id', clientSecret: new Secret('secret'), ...options });
      await assert.rejects(slow.refresh(new Secret('ghr_any')), { name: 'TokenEndpointUnavailableError' });
      // The connection has been given up: otherwise the server would wait for it.
      await new Promise((resolve) => server.close(resolve));
    });

    it('gives a grant back, and says when GitHub does not know the token', async () => {
      const { accessToken } = await exchange();
      assert.equal(await client.revokeGrant(accessToken), 'revoked');
      assert.equal(github.tokens.hasGrant('octocat'), false);
      assert.equal(await client.revokeGrant(accessToken), 'unknown-token');
    });

    it('says whether a token works, and when GitHub cannot tell', async () => {
      const { accessToken } = await exchange();
      assert.equal(await client.knows(accessToken), true);
      assert.equal(await client.knows(new Secret('ghu_another')), false);
      github.faults.add({ on: 'POST /applications/{client_id}/token', kind: 'status', status: 502 });
      await assert.rejects(client.knows(accessToken), { code: 'github_unavailable' });
    });

    it('says when GitHub cannot take a grant back now', async () => {
      for (const fault of [
        { kind: 'reset' },
        { kind: 'hang' },
        { kind: 'status', status: 502 },
        { kind: 'html' },
      ] as const) {
        github.faults.add({ on: GRANT, times: 1, ...fault });
        await assert.rejects(client.revokeGrant(new Secret('ghu_any')), { code: 'github_unavailable' });
      }
      github.faults.add({ on: GRANT, times: 1, kind: 'rate-limit', retryAfterSeconds: 9 });
      await assert.rejects(client.revokeGrant(new Secret('ghu_any')), { status: 429 });
    });

    it('shows no secret in its errors, nor in itself', async () => {
      const shown: string[] = [inspect(client, { depth: 9, showHidden: true })];
      for (const fault of [
        { kind: 'status', status: 400 },
        { kind: 'reset' },
        { kind: 'html' },
        { kind: 'malformed' },
        { kind: 'hang' },
        { kind: 'truncated' },
      ] as const) {
        github.faults.add({ on: TOKEN, times: 1, ...fault });
        await client.refresh(new Secret('ghr_should_not_be_seen')).catch((error: unknown) => {
          shown.push(inspect(error, { depth: 9, showHidden: true }), JSON.stringify(errorForLog(error)));
        });
      }
      assert.equal(shown.length, 13);
      for (const text of shown) {
        assert.ok(!text.includes('ghr_should_not_be_seen') && !text.includes(github.app.clientSecret), text);
      }
    });
  });
}

describe('simple-oauth2', () => {
  it('stays silent about secrets, though DEBUG asks it to speak', async () => {
    const script = `
      import { GitHubOAuthClient } from './lib/enterprise/github/github-oauth-client.ts';
      import { Secret } from './lib/oss/secret.ts';
      const options = { clientId: 'id', clientSecret: new Secret('hush-hush'), baseUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:1' };
      await new GitHubOAuthClient(options).refresh(new Secret('ghr_hush')).catch((error) => console.log(error.name));`;
    for (const DEBUG of ['simple-oauth2*', '*']) {
      const run = promisify(execFile);
      const { stdout, stderr } = await run(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script],
        {
          env: { ...process.env, DEBUG },
        },
      );
      assert.equal(stdout, 'TokenEndpointUnavailableError\n');
      assert.doesNotMatch(stderr, /hush/);
    }
  });
});
