import assert from 'node:assert/strict';
import request from 'supertest';
import { eventually } from '../../eventually.ts';
import { engines } from '../engines.ts';
import { RedisServer } from '../engines/redis-server.ts';
import { SharedSite } from './site.ts';

describe('Servers with REDIS_URL', () => {
  let redis: RedisServer;
  let site: SharedSite;

  beforeEach(async () => {
    redis = await RedisServer.start();
    site = await SharedSite.open(engines().postgres, { REDIS_URL: redis.url, RATE_LIMIT: '10/hour' });
  });
  afterEach(async () => {
    await site.close();
    await redis.stop();
  });

  const ready = async (url: string) => {
    const { status, body } = await request(url).get('/ready');
    return [status, (body as { checks: Record<string, string> }).checks];
  };
  const metric = async (url: string) =>
    /^openhands_redis_up (.*)$/m.exec((await request(url).get('/internal/metrics')).text)?.[1];
  const statuses = async (urls: readonly string[], count: number) => {
    const answers: number[] = [];
    for (let n = 0; n < count; n += 1) {
      answers.push((await request(urls[n % urls.length]!).get('/api/options/config')).status);
    }
    return {
      ok: answers.filter((it) => it === 200).length,
      refused: answers.filter((it) => it === 429).length,
    };
  };

  it('count requests together, alone while Redis is away, and together again', async () => {
    const servers = [site.start(), site.start()];
    const urls = await Promise.all(servers.map((server) => server.url()));
    assert.deepEqual(await statuses(urls, 14), { ok: 10, refused: 4 });
    assert.deepEqual(await ready(urls[0]!), [200, { store: 'ok', redis: 'ok' }]);
    assert.equal(await metric(urls[0]!), '1');

    await redis.kill('SIGKILL');
    await eventually(async () => {
      assert.deepEqual(await ready(urls[0]!), [200, { store: 'ok', redis: 'degraded' }]);
    });
    assert.equal(await metric(urls[0]!), '0', 'the one place where an alert can see it');
    assert.deepEqual(await statuses(urls, 24), { ok: 20, refused: 4 }, 'each counts to ten by itself');

    await redis.restart();
    for (const url of urls) {
      await eventually(async () => {
        assert.deepEqual(await ready(url), [200, { store: 'ok', redis: 'ok' }]);
        assert.equal(await metric(url), '1');
      });
    }
    assert.deepEqual(await statuses(urls, 14), { ok: 10, refused: 4 }, 'Redis has forgotten what was before');
    for (const server of servers) {
      assert.deepEqual(
        server.lines.map(({ msg }) => msg).filter((msg) => String(msg).startsWith('Redis')),
        ['Redis is away; this process goes on alone', 'Redis is back'],
      );
    }
  });

  for (const [why, harm] of [
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1']],
    ['OOM', ['CONFIG', 'SET', 'maxmemory', '1']],
  ] as const) {
    it(`go on alone when it refuses all they ask (${why}), and say so where an alert sees it`, async () => {
      const server = site.start();
      const url = await server.url();
      assert.equal(await metric(url), '1');
      await redis.command(...harm);
      await eventually(async () => {
        assert.deepEqual(await ready(url), [200, { store: 'ok', redis: 'degraded' }]);
        assert.equal(await metric(url), '0');
      });
      assert.deepEqual(await statuses([url], 11), { ok: 10, refused: 1 });
      assert.ok(
        server.lines.some(({ msg, reason }) => String(msg).startsWith('Redis refuses') && reason === why),
      );
    });
  }

  it('start without it', async () => {
    await redis.kill('SIGKILL');
    const url = await site.start().url();
    assert.deepEqual(await ready(url), [200, { store: 'ok', redis: 'degraded' }]);
    assert.deepEqual(await statuses([url], 11), { ok: 10, refused: 1 });
  });

  it('ask GitHub about one sign-in once, at whichever of them its callback is called again', async () => {
    const urls = await Promise.all([1, 2].map(() => site.start({ RATE_LIMIT: 'off' }).url()));
    const { headers } = await request(urls[0]!).get('/oauth/github/authorize').expect(302);
    const cookie = headers['set-cookie']![0]!.split(';')[0]!;
    const state = new URL(headers.location!).searchParams.get('state')!;
    for (const code of ['one', 'two']) {
      for (const url of urls) {
        await request(url).get(`/oauth/github/callback?code=${code}&state=${state}`).set('Cookie', cookie);
      }
    }
    assert.equal(site.github.calls.exchanges, 1);
  });

  for (const what of ['with Redis', 'with a Redis that has gone'] as const) {
    it(`see, ${what}, that a user has logged out everywhere at another one`, async () => {
      const urls = await Promise.all(
        Array.from({ length: 3 }, () => site.start({ RATE_LIMIT: 'off' }).url()),
      );
      const { browser, cookie } = await site.signIn(urls[0]!);
      const isIn = async (url: string) =>
        (await request(url).get('/api/github/user').set('Cookie', cookie)).status === 200;
      for (const url of urls) assert.equal(await isIn(url), true);
      if (what !== 'with Redis') await redis.kill('SIGKILL');
      for (const url of urls) assert.equal(await isIn(url), true);
      await browser.post('/api/logout?everywhere=1').set('Origin', urls[0]!).expect(200);
      await Promise.all(
        urls.map((url) => eventually(async () => assert.equal(await isIn(url), false, 'still signed in'))),
      );
      // And stays out.
      for (const url of urls) assert.equal(await isIn(url), false);
    });
  }
});
