import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Router } from 'express';
import request, { type Response } from 'supertest';
import { EnterpriseSite, setCookies } from './enterprise-site.ts';

const HOUR = 60 * 60 * 1000;
/** The clock goes on while a test runs. */
const MARGIN = 60_000;
const SECRET = 'current-'.padEnd(40, 'c');

/** What the cookie says; it is signed and no secret. */
interface Content {
  readonly github_user_id: string;
  readonly generation: string;
  readonly issued_at: number;
  readonly ends_at: number;
  readonly began_at?: number;
}

describe('The renewal of a session that is used', () => {
  let site: EnterpriseSite;
  /** Answers that wait until they are let go. */
  let waiting: (() => void)[] = [];

  async function open(env: Record<string, string> = {}): Promise<void> {
    const host = Router()
      .get('/api/slow', (_req, res) => {
        waiting.push(() => void res.json({ slow: true }));
        site.app.emit('waiting');
      })
      .get('/api/kept', ({ query }, res) => {
        const kept = query.by as string;
        if (query.since !== undefined) res.set('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT');
        if (query.at === 'head') res.writeHead(200, { 'Cache-Control': kept }).end();
        else res.set('Cache-Control', kept).json({});
      })
      .get('/api/own', (_req, res) => void res.cookie('openhands_auth', 'of the host').json({}))
      .get('/api/stream', (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/plain' });
        res.write('one');
        res.end('two');
      });
    site = await EnterpriseSite.open({ COOKIE_SECRETS: SECRET, SESSION_TTL: '12h', ...env }, host);
  }

  afterEach(() => {
    waiting = [];
    return site.close();
  });

  async function signIn(login = 'octocat', browser = site.browser()): Promise<string> {
    return cookieIn(await site.signIn(browser, login))!;
  }

  const get = (cookie: string, path = '/api/settings') => request(site.url).get(path).set('Cookie', cookie);

  /** Begins a request that is answered when `waiting` is let go. */
  async function slow(cookie: string): Promise<{ readonly answer: Promise<Response> }> {
    const came = once(site.app, 'waiting');
    const answer = get(cookie, '/api/slow').then((it) => it);
    await came;
    return { answer };
  }

  it('comes with the first answer after half of SESSION_TTL, and lets it go on from then', async () => {
    await open();
    const cookie = await signIn();
    site.github.advance(6 * HOUR - MARGIN);
    assert.deepEqual(setCookies(await get(cookie)), []);
    site.github.advance(MARGIN);
    const answer = await get(cookie);
    const [line] = setCookies(answer);
    assert.match(
      line!,
      /^openhands_auth=[^;]+; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const [before, renewed] = [contentOf(cookie), contentOf(line!)];
    assert.deepEqual(
      { ...renewed, issued_at: 0, ends_at: 0 },
      {
        ...before,
        issued_at: 0,
        ends_at: 0,
        began_at: before.issued_at,
      },
    );
    assert.equal(renewed.ends_at - renewed.issued_at, 12 * HOUR);
    assert.ok(renewed.issued_at >= before.issued_at + 6 * HOUR);
    const next = line!.split(';')[0]!;
    assert.deepEqual(setCookies(await get(next)), []);
    site.github.advance(6 * HOUR - MARGIN);
    assert.deepEqual([(await get(cookie)).status, (await get(next)).status], [200, 200]);
    site.github.advance(MARGIN);
    assert.deepEqual([(await get(cookie)).status, (await get(next)).status], [401, 200]);
  });

  it('signs nobody out by age who goes on using it, and does so at SESSION_MAX', async () => {
    await open({ SESSION_MAX: '30h' });
    const browser = await site.signedIn();
    for (let hour = 5; hour < 30; hour += 5) {
      site.github.advance(5 * HOUR);
      assert.equal((await browser.get('/api/settings')).status, 200, `after ${hour} h`);
    }
    site.github.advance(5 * HOUR - MARGIN);
    assert.equal((await browser.get('/api/settings')).status, 200);
    site.github.advance(MARGIN);
    assert.equal((await browser.get('/api/settings')).status, 401);
    await site.close();
    await open();
    const unbounded = await site.signedIn();
    for (let hour = 5; hour < 100; hour += 5) {
      site.github.advance(5 * HOUR);
      assert.equal((await unbounded.get('/api/settings')).status, 200, `after ${hour} h`);
    }
  });

  it('comes with every kind of answer that lets a request through, and with none that does not', async () => {
    await open();
    const cookie = await signIn();
    site.github.advance(6 * HOUR);
    for (const path of ['/api/stream', '/api/settings', '/api/options/config']) {
      assert.equal(setCookies(await get(cookie, path)).length, 1, path);
    }
    assert.equal(setCookies(await request(site.url).head('/api/settings').set('Cookie', cookie)).length, 1);
    assert.deepEqual(setCookies(await get(cookie, '/api/nothing')), []);
    assert.deepEqual(setCookies(await get(cookie, '/')), []);
    assert.deepEqual(setCookies(await request(site.url).get('/api/options/config')), []);
    const foreign = await request(site.url)
      .post('/api/settings')
      .set({ Cookie: cookie, Origin: 'https://evil.example' })
      .send({});
    assert.deepEqual([foreign.status, setCookies(foreign)], [403, []]);
  });

  it('comes with no answer that a cache may hand to others', async () => {
    await open();
    const cookie = await signIn();
    site.github.advance(6 * HOUR);
    for (const [by, count] of [
      ['public, max-age=60', 0],
      ['s-maxage=60', 0],
      ['no-cache', 0],
      ['private="x-other", max-age=60', 0],
      ['', 1],
      ['private, max-age=60', 1],
      ['max-age=0,No-Store', 1],
    ] as const) {
      for (const at of ['head', 'set']) {
        const answer = await get(cookie, `/api/kept?${new URLSearchParams({ by, at }).toString()}`);
        assert.deepEqual([answer.status, setCookies(answer).length], [200, count], `${by} by ${at}`);
      }
    }
    assert.deepEqual(setCookies(await get(cookie, '/api/kept?by=&since=1')), []);
  });

  it('gives way to what the answer itself says of the cookie', async () => {
    await open();
    const cookie = await signIn();
    site.github.advance(6 * HOUR);
    assert.match(
      setCookies(await get(cookie, '/api/own')).join(),
      /^openhands_auth=of%20the%20host; Path=\/$/,
    );
    const logout = await request(site.url).post('/api/logout').set('Cookie', cookie);
    assert.equal(setCookies(logout).length, 1);
    assert.match(setCookies(logout)[0]!, /^openhands_auth=; Path=\/; Expires=Thu, 01 Jan 1970/);
  });

  for (const [how, path] of [
    ['signs out', '/api/logout'],
    ['signs out everywhere', '/api/logout?everywhere=1'],
  ] as const) {
    it(`does not come with an answer that was under way when the browser ${how}`, async () => {
      await open();
      const cookie = await signIn();
      site.github.advance(6 * HOUR);
      const { answer } = await slow(cookie);
      assert.equal((await request(site.url).post(path).set('Cookie', cookie)).status, 200);
      waiting.pop()!();
      const late = await answer;
      assert.deepEqual([late.status, setCookies(late)], [200, []]);
    });
  }

  it('does not come with an answer that was under way when the browser signed in as somebody else', async () => {
    await open();
    const browser = site.browser();
    const cookie = await signIn('octocat', browser);
    site.github.advance(6 * HOUR);
    const { answer } = await slow(cookie);
    await site.signedIn('hubot', browser);
    waiting.pop()!();
    assert.deepEqual(setCookies(await answer), []);
  });

  it('comes to the other browsers of a user of whom one signs out', async () => {
    await open();
    const cookie = await signIn();
    site.github.advance(1);
    const other = await signIn();
    site.github.advance(6 * HOUR);
    const { answer } = await slow(other);
    await request(site.url).post('/api/logout').set('Cookie', cookie);
    waiting.pop()!();
    assert.equal(setCookies(await answer).length, 1);
  });

  for (const [how, end] of [
    [
      'a sign-out everywhere',
      (cookie: string) => request(site.url).post('/api/logout?everywhere=1').set('Cookie', cookie),
    ],
    [
      'a revocation at GitHub',
      () => {
        site.github.tokens.revokeGrant('octocat');
        const { headers, body } = site.github.revocationWebhook('octocat');
        return request(site.url).post('/integration/github/events').set(headers).send(body);
      },
    ],
  ] as const) {
    it(`revives nothing that ${how} has ended, whenever it came`, async () => {
      await open();
      const cookie = await signIn();
      site.github.advance(6 * HOUR);
      const renewed = cookieIn(await get(cookie))!;
      const { answer: underWay } = await slow(cookie);
      assert.equal((await end(cookie)).status, 200);
      waiting.pop()!();
      assert.deepEqual(setCookies(await underWay), []);
      await signIn();
      for (const dead of [cookie, renewed]) {
        const answer = await get(dead);
        assert.equal(answer.status, 401);
        assert.match(setCookies(answer).join(), /^openhands_auth=; Path=\/; Expires=Thu, 01 Jan 1970/);
      }
    });
  }
});

function cookieIn(answer: Response): string | undefined {
  return setCookies(answer)
    .find((line) => line.startsWith('openhands_auth='))
    ?.split(';')[0];
}

function contentOf(line: string): Content {
  const value = decodeURIComponent(line.slice('openhands_auth='.length));
  return JSON.parse(Buffer.from(value.split('.')[0]!, 'base64url').toString()) as Content;
}
