import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sign } from 'cookie-signature';
import request from 'supertest';
import { EnterpriseSite, setCookies } from './enterprise-site.ts';

const [OLD, CURRENT] = ['old-'.padEnd(40, 'o'), 'current-'.padEnd(40, 'c')];
const NOT_AUTHENTICATED = { error: 'User is not authenticated', code: 'not_authenticated' };

describe('Sessions of the Enterprise edition', () => {
  let site: EnterpriseSite;

  beforeEach(async () => {
    site = await EnterpriseSite.open({ COOKIE_SECRETS: `${CURRENT},${OLD}`, SESSION_TTL: '12h' });
  });

  afterEach(() => site.close());

  /** The cookie as it would be sent, and what it is set with. */
  async function cookieOf(login = 'octocat'): Promise<string> {
    const cookie = setCookies(await site.signIn(site.browser(), login)).find((it) =>
      it.startsWith('openhands_auth='),
    );
    return cookie!.split(';')[0]!;
  }

  async function isRefused(cookie: string): Promise<void> {
    const answer = await request(site.url).get('/api/github/user').set('Cookie', cookie);
    assert.deepEqual([answer.status, answer.body], [401, NOT_AUTHENTICATED], cookie);
    const [cleared, ...others] = setCookies(answer);
    assert.match(
      cleared!,
      /^openhands_auth=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax$/,
    );
    assert.deepEqual(others, []);
    assert.equal((await request(site.url).post('/api/authenticate').set('Cookie', cookie)).status, 401);
  }

  async function isAccepted(cookie: string): Promise<void> {
    const answer = await request(site.url).get('/api/github/user').set('Cookie', cookie);
    assert.equal(answer.status, 200, cookie);
    assert.deepEqual(setCookies(answer), []);
  }

  /** The same content under another signature. */
  function resigned(cookie: string, secret: string): string {
    const value = decodeURIComponent(cookie.slice('openhands_auth='.length));
    return `openhands_auth=${encodeURIComponent(sign(value.slice(0, value.lastIndexOf('.')), secret))}`;
  }

  it('go on with a cookie that this server has signed, with any of its secrets', async () => {
    const cookie = await cookieOf();
    await isAccepted(cookie);
    assert.equal(resigned(cookie, CURRENT), cookie);
    await isAccepted(resigned(cookie, OLD));
  });

  it('are refused, and the cookie cleared, when it was signed with a secret that is no longer there', async () => {
    await isRefused(resigned(await cookieOf(), 'older-'.padEnd(40, 'x')));
  });

  it('are refused when the cookie has been tampered with', async () => {
    const cookie = await cookieOf();
    const value = decodeURIComponent(cookie.slice('openhands_auth='.length));
    const content = JSON.parse(Buffer.from(value.split('.')[0]!, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...content, github_user_id: '480938' })).toString(
      'base64url',
    );
    await isRefused(`openhands_auth=${encodeURIComponent(`${forged}${value.slice(value.indexOf('.'))}`)}`);
    await isRefused(cookie.slice(0, -1));
    await isRefused('openhands_auth=nonsense');
  });

  it('are not cleared by an answer that a cache may hand to others', async () => {
    const page = await request(site.url).get('/api/docs');
    const path = `/api/${/docs\/assets\/[^"]+/.exec(page.text)![0]}`;
    const refused = await request(site.url)
      .get(path)
      .set('Cookie', resigned(await cookieOf(), 'x'.repeat(40)));
    assert.match(setCookies(refused)[0]!, /^openhands_auth=;/);
    assert.match(refused.headers['cache-control']!, /^private/);
  });

  it('end when the cookie says so, whatever the browser does with it', async () => {
    const cookie = await cookieOf();
    site.github.advance(12 * 60 * 60 * 1000 - 5_000);
    assert.equal((await request(site.url).get('/api/github/user').set('Cookie', cookie)).status, 200);
    site.github.advance(5_000);
    await isRefused(cookie);
  });

  it('are refused when the cookie is one of this server, but for another purpose', async () => {
    const [flow] = setCookies(await request(site.url).get('/oauth/github/authorize'));
    await isRefused(flow!.split(';')[0]!.replace(/^[^=]+/, 'openhands_auth'));
  });

  it('go on when one of several cookies of the name is theirs, and that one is not cleared', async () => {
    const ended = await cookieOf();
    await (await site.signedIn()).post('/api/logout?everywhere=1');
    const good = await cookieOf();
    for (const stale of [ended, 'openhands_auth=nonsense', resigned(good, 'older-'.padEnd(40, 'x'))]) {
      await isAccepted(`${stale}; ${good}`);
      await isAccepted(`${good}; ${stale}`);
    }
    await isRefused(`${ended}; openhands_auth=nonsense`);
  });

  it('are no worse for a value that is rightly signed and no session at all', async () => {
    for (const content of ['null', '[]', '1', 'nonsense', '']) {
      const value = sign(Buffer.from(content).toString('base64url'), CURRENT);
      await isRefused(`openhands_auth=${encodeURIComponent(value)}`);
    }
  });

  it('go on when a cookie of another name is nonsense', async () => {
    await isAccepted(`other=%E0%A4%A; ${await cookieOf()}; another`);
  });

  it('have their cookie cleared by signing out, and go on in other browsers', async () => {
    const [one, other] = [await site.signedIn(), await site.signedIn()];
    const answer = await one.post('/api/logout');
    assert.deepEqual([answer.status, answer.body], [200, { message: 'User logged out' }]);
    assert.match(setCookies(answer)[0]!, /^openhands_auth=; Path=\/; Expires=Thu, 01 Jan 1970/);
    assert.equal((await one.get('/api/github/user')).status, 401);
    assert.equal((await other.get('/api/github/user')).status, 200);
    assert.equal(site.github.calls.count('DELETE /applications/{client_id}/grant'), 0);
  });

  it('all end with a sign-out everywhere, which gives the grant back to GitHub and deletes the tokens', async () => {
    const cookie = await cookieOf();
    const [one, stranger] = [await site.signedIn(), await site.signedIn('hubot')];
    assert.equal((await one.post('/api/logout?everywhere=1')).status, 200);
    await isRefused(cookie);
    assert.equal(site.github.calls.count('DELETE /applications/{client_id}/grant'), 1);
    assert.equal((await site.documents()).includes('users/github/583231/sessions.json'), false);
    assert.equal((await stranger.get('/api/github/user')).status, 200);
  });

  it('that were ended stay so when the user signs in again', async () => {
    const cookie = await cookieOf();
    await (await site.signedIn()).post('/api/logout?everywhere=1');
    await isAccepted(await cookieOf());
    await isRefused(cookie);
  });

  it('are not ended by a cookie that was ended before', async () => {
    const stolen = await cookieOf();
    await (await site.signedIn()).post('/api/logout?everywhere=1');
    const browser = await site.signedIn();
    const { status } = await request(site.url).post('/api/logout?everywhere=1').set('Cookie', stolen);
    assert.equal(status, 200);
    assert.equal((await browser.get('/api/github/user')).status, 200);
  });

  it('are not said to have ended everywhere while the store is away', async () => {
    const cookie = await cookieOf();
    const documents = join(site.files, 'users');
    await rename(documents, `${documents}-away`);
    await writeFile(documents, '');
    try {
      site.github.clock.advance(2_000);
      const signOut = (query: string) => request(site.url).post(`/api/logout${query}`).set('Cookie', cookie);
      const answer = await signOut('?everywhere=1');
      assert.deepEqual([answer.status, answer.body.code], [503, 'storage_unavailable']);
      assert.equal((await signOut('')).status, 200);
    } finally {
      await rm(documents);
      await rename(`${documents}-away`, documents);
    }
    await isAccepted(cookie);
  });

  it('end everywhere though GitHub is down, at once', async () => {
    const cookie = await cookieOf();
    const browser = await site.signedIn();
    site.github.faults.add({ on: 'DELETE /applications/{client_id}/grant', kind: 'status', status: 502 });
    assert.equal((await browser.post('/api/logout?everywhere=1')).status, 200);
    await isRefused(cookie);
  });

  it('are neither ended nor called ended while the store is broken; signing out and the options go on', async () => {
    const cookie = await cookieOf();
    site.github.advance(2_000);
    const folder = join(site.files, 'users/github/583231');
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'A file where a folder should be.');
    try {
      const get = (path: string) => request(site.url).get(path).set('Cookie', cookie);
      const { status, headers } = await get('/api/github/user');
      assert.ok(status >= 500);
      assert.equal(headers['set-cookie'], undefined);
      assert.equal((await get('/api/options/config')).status, 200);
      const logout = await request(site.url).post('/api/logout').set('Cookie', cookie);
      assert.equal(logout.status, 200);
      assert.match(setCookies(logout)[0]!, /^openhands_auth=;/);
    } finally {
      await rm(folder);
      await rename(`${folder}-away`, folder);
    }
    await isAccepted(cookie);
  });

  describe('by GitHub’s webhook', () => {
    const PATH = '/integration/github/events';

    function deliver({ headers, body }: { headers: Record<string, string>; body: string }) {
      return request(site.url).post(PATH).set(headers).send(body);
    }

    it('end when the user revokes the authorization at GitHub, and the tokens are deleted', async () => {
      const [cookie, browser] = [await cookieOf(), await site.signedIn('hubot')];
      site.github.tokens.revokeGrant('octocat');
      const { status } = await deliver(site.github.revocationWebhook('octocat'));
      assert.equal(status, 200);
      await isRefused(cookie);
      assert.equal((await browser.get('/api/github/user')).status, 200);
      const kept = await site.document('users/github/583231/github_token.json').catch(() => '');
      // A JWE begins so: nothing that could be decrypted is left.
      assert.doesNotMatch(kept, /eyJ/);
    });

    it('go on with every other event, and an event of another kind is simply received', async () => {
      const cookie = await cookieOf();
      const sender = { id: 583231, login: 'octocat' };
      for (const [event, payload] of [
        ['ping', { zen: 'Design for failure.' }],
        ['push', { action: 'revoked', sender }],
        ['github_app_authorization', { action: 'other', sender }],
        ['github_app_authorization', { action: 'revoked' }],
        ['github_app_authorization', { action: 'revoked', sender: { id: '583231' } }],
        ...[0, -1, -583231, 1.5, 1e300].map(
          (id) => ['github_app_authorization', { action: 'revoked', sender: { id } }] as const,
        ),
      ] as const) {
        assert.equal((await deliver(site.github.webhook(event, payload))).status, 200);
      }
      await isAccepted(cookie);
    });

    it('go on when the signature is missing, wrong, or of another body', async () => {
      const cookie = await cookieOf();
      const { headers, body } = site.github.revocationWebhook('octocat');
      const other = site.github.revocationWebhook('hubot');
      const name = Object.keys(headers).find((it) => it.toLowerCase() === 'x-hub-signature-256')!;
      const { [name]: signature, ...unsigned } = headers;
      for (const tampered of [
        unsigned,
        { ...headers, [name]: '' },
        { ...headers, [name]: `sha256=${'0'.repeat(64)}` },
        { ...headers, [name]: signature!.replace('sha256=', '') },
        { ...headers, [name]: other.headers[name]! },
      ]) {
        const answer = await deliver({ headers: tampered, body });
        assert.deepEqual([answer.status, answer.body.code], [403, 'bad_signature']);
      }
      assert.equal((await deliver({ headers, body: `${body} ` })).status, 403);
      await isAccepted(cookie);
    });

    it('end by a delivery that is a form, too', async () => {
      const cookie = await cookieOf();
      site.github.tokens.revokeGrant('octocat');
      const { body } = site.github.revocationWebhook('octocat');
      const form = new URLSearchParams({ payload: body }).toString();
      const signature = createHmac('sha256', site.github.app.webhookSecret).update(form).digest('hex');
      const answer = await request(site.url)
        .post(PATH)
        .set({
          'Content-Type': 'application/x-www-form-urlencoded',
          'X-GitHub-Event': 'github_app_authorization',
          'X-Hub-Signature-256': `sha256=${signature}`,
        })
        .send(form);
      assert.equal(answer.status, 200);
      await isRefused(cookie);
    });

    it('is 405 for other methods', async () => {
      const { status, headers } = await request(site.url).get(PATH);
      assert.equal(status, 405);
      assert.match(headers.allow!, /POST/);
    });
  });

  it('are told nothing by webhooks when there is no secret to check them with', async () => {
    await site.close();
    site = await EnterpriseSite.open({ GITHUB_APP_WEBHOOK_SECRET: '' });
    const { headers, body } = site.github.revocationWebhook('octocat');
    const answer = await request(site.url).post('/integration/github/events').set(headers).send(body);
    assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
  });
});
