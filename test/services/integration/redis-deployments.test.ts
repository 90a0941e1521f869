import assert from 'node:assert/strict';
import request from 'supertest';
import { engines } from '../engines.ts';
import { RedisServer } from '../engines/redis-server.ts';
import { SharedSite } from './site.ts';

describe('Deployments on one Redis', () => {
  let redis: RedisServer;
  let sites: SharedSite[];

  beforeEach(async () => {
    redis = await RedisServer.start();
    sites = [];
  });
  afterEach(async () => {
    await Promise.all(sites.map((site) => site.close()));
    await redis.stop();
  });

  const open = async (env: Record<string, string> = {}) => {
    const variables = { REDIS_URL: redis.url, RATE_LIMIT: '10/hour', ...env };
    const site = await SharedSite.open(engines().postgres, variables);
    sites.push(site);
    return site;
  };
  /** How many of so many requests are let through. */
  const served = async (url: string, count: number) => {
    let ok = 0;
    for (let n = 0; n < count; n += 1) {
      if ((await request(url).get('/api/options/config')).status === 200) ok += 1;
    }
    return ok;
  };
  const keys = async () => (await redis.command('KEYS', '*')) as string[];

  it('of databases of their own share no counters, and no key', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    assert.equal(await served(await one.start().url(), 12), 10);
    assert.equal(await served(await other.start().url(), 12), 10);
    const prefixes = new Set((await keys()).map((key) => /^openhands:\{[^}]+\}:/.exec(key)?.[0]));
    assert.equal(prefixes.size, 2);
    assert.ok(!prefixes.has(undefined), 'each key has a prefix');
  });

  it('of folders of their own likewise', async () => {
    for (let n = 0; n < 2; n += 1) {
      const site = await open();
      assert.equal(await served(await site.start({ DATABASE_URL: undefined }).url(), 12), 10);
    }
  });

  it('are one where the database is one, in whatever way its address is written', async () => {
    const site = await open();
    const url = new URL(site.env.DATABASE_URL!);
    const [name, user, password] = [url.pathname, url.username, url.password];
    const spellings = [
      site.env.DATABASE_URL!,
      `postgresql://${user}:${password}@localhost:${url.port}${name}?sslmode=disable`,
      `postgres://${user}:${password}@${name}?host=127.0.0.1&port=${url.port}`,
    ];
    const urls = await Promise.all(spellings.map((DATABASE_URL) => site.start({ DATABASE_URL }).url()));
    const counts = [];
    for (const url of urls) counts.push(await served(url, 4));
    assert.deepEqual(counts, [4, 4, 2]);
  });

  it('are one by REDIS_PREFIX, and every key begins with it', async () => {
    const [one, other] = await Promise.all([
      open({ REDIS_PREFIX: 'acme:' }),
      open({ REDIS_PREFIX: 'acme:' }),
    ]);
    assert.equal(await served(await one.start().url(), 7), 7);
    assert.equal(await served(await other.start().url(), 7), 3);
    const all = await keys();
    assert.ok(all.length > 0);
    assert.deepEqual(
      all.filter((key) => !key.startsWith('acme:')),
      [],
    );
  });
});
