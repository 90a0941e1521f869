/** Several machines whose clocks are five minutes apart from that of the database and of Redis, each way. */
import assert from 'node:assert/strict';
import request from 'supertest';
import { eventually } from '../../eventually.ts';
import { pathOf, setCookies } from '../../integration/enterprise-site.ts';
import { engines } from '../engines.ts';
import { withClockShifted } from '../engines/shifted-clock.ts';
import { SharedSite } from './site.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SKEWS_MS = [0, 5 * MINUTE_MS, -5 * MINUTE_MS];

describe('Servers whose clocks differ by five minutes each way', () => {
  let site: SharedSite;
  let urls: string[];

  beforeEach(async () => {
    site = await SharedSite.open(engines().postgres, {
      REDIS_URL: engines().redis.url,
      RATE_LIMIT: '100000/minute',
      PUBLIC_URL: 'http://openhands.test',
    });
  });
  afterEach(() => site.close());

  /** Starts servers at a time from now on, each with its own idea of it. */
  async function startAll(laterMs = 0): Promise<void> {
    urls = await Promise.all(
      SKEWS_MS.map((skewMs) => site.start({ NODE_OPTIONS: withClockShifted(laterMs + skewMs) }).url()),
    );
  }

  const logins = ['octocat', 'hubot', 'monalisa'];

  /** Every user at each server, so many times one after the other. */
  async function askAll(cookies: readonly string[], times = 1): Promise<number[]> {
    const statuses = new Set<number>();
    for (let n = 0; n < times; n += 1) {
      for (const url of urls) {
        for (const cookie of cookies) {
          statuses.add((await request(url).get('/api/github/installations').set('Cookie', cookie)).status);
        }
      }
    }
    return [...statuses];
  }

  const signInAtEach = () =>
    Promise.all(urls.map(async (url, index) => (await site.signIn(url, logins[index])).cookie));

  it('let in at each of them who has signed in at another, and have no token refreshed for it', async () => {
    await startAll();
    const cookies = await signInAtEach();
    assert.deepEqual(await askAll(cookies, 3), [200]);
    assert.equal(site.github.calls.refreshes, 0);
  });

  it('finish a sign-in that another has begun', async () => {
    await startAll();
    for (const from of urls) {
      for (const to of urls) {
        const begun = await request(from).get('/oauth/github/authorize');
        const flow = setCookies(begun).map((line) => line.split(';', 1)[0]);
        const callback = pathOf(await site.github.authorize(begun.headers.location!, 'octocat'));
        const ended = await request(to).get(callback).set('Cookie', flow.join('; '));
        assert.ok(
          setCookies(ended).some((line) => line.startsWith('openhands_auth=')),
          `${ended.status} ${ended.text}`,
        );
      }
    }
  });

  it('end a session everywhere, whichever ends it', async () => {
    await startAll();
    for (const from of urls) {
      const { cookie } = await site.signIn(from);
      assert.deepEqual(await askAll([cookie]), [200]);
      await request(from).post('/api/logout?everywhere=1').set('Cookie', cookie).expect(200);
      await eventually(async () => assert.deepEqual(await askAll([cookie]), [401]));
    }
  });

  it('refresh a token once or twice when its time comes, and sign nobody out', async () => {
    await startAll();
    const cookies = await signInAtEach();
    // Ten minutes and a half before the tokens expire, then just after that by the clock of GitHub.
    for (const laterMs of [8 * HOUR_MS - 10.5 * MINUTE_MS, 8 * HOUR_MS + 0.5 * MINUTE_MS]) {
      site.github.advance(laterMs - (site.github.clock.now() - Date.now()));
      await startAll(laterMs);
      assert.deepEqual(await askAll(cookies, 5), [200]);
    }
    const { refreshes } = site.github.calls;
    assert.ok(refreshes >= cookies.length && refreshes <= 2 * cookies.length, `${refreshes} refreshes`);
    assert.equal(site.github.tokens.reusedRefreshTokens, 0);
    for (const login of logins) assert.equal(site.github.tokens.hasGrant(login), true);
  });
});
