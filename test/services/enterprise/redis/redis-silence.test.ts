import assert from 'node:assert/strict';
import dns from 'node:dns';
import { RedisCache } from '../../../../lib/enterprise/redis/redis-cache.ts';
import { RedisAwayError } from '../../../../lib/enterprise/redis/redis-outage.ts';
import { eventually } from '../../../eventually.ts';
import { RedisServer } from '../../engines/redis-server.ts';
import { Relay } from '../../engines/relay.ts';
import { AWAY, BACK, IN_TIME, type UsedRedis, useRedis } from './used-redis.ts';

describe('A connection to Redis that falls silent', () => {
  let server: RedisServer;
  let relay: Relay;
  let used: UsedRedis;

  beforeEach(async () => {
    server = await RedisServer.start();
    relay = await Relay.to({ port: server.port });
    used = await useRedis(relay.through(server.url));
  });
  afterEach(async () => {
    await used.redis.close();
    await relay.close();
    await server.stop();
  });

  const healthy = () => eventually(() => used.redis.check());

  it('is given up, and another one takes its place', async () => {
    relay.blackhole('open');
    await assert.rejects(used.redis.send('GET', 'a'), RedisAwayError);
    await healthy();
    assert.deepEqual(used.said(), [IN_TIME, BACK]);
    await relay.restore();
    await eventually(() => assert.equal(relay.connections, 1, 'the old one is closed'));
  });

  it('is given up even if nobody asks anything', async () => {
    relay.blackhole('open');
    await eventually(() => assert.deepEqual(used.said(), [IN_TIME, BACK]));
  });

  it('is tried anew as long as new ones are silent as well, and nobody waits for it meanwhile', async () => {
    relay.blackhole();
    await assert.rejects(used.redis.send('GET', 'a'), /not answered within 250 ms/);
    // Long enough for several connections that were silent, too.
    let tried = 0;
    let last = 0;
    await eventually(() => {
      if (relay.connections !== last) tried += 1;
      last = relay.connections;
      assert.ok(tried > 4);
    });
    let hasAnythingElseHappened = false;
    setImmediate(() => (hasAnythingElseHappened = true));
    for (let n = 0; n < 100; n += 1) await assert.rejects(used.redis.send('GET', 'a'), /Redis is away/);
    assert.equal(hasAnythingElseHappened, false);
    await relay.restore();
    await healthy();
    assert.deepEqual(used.said(), [IN_TIME, BACK]);
  });

  for (const [fault, harm, message] of [
    ['is cut', ['cut'], AWAY],
    ['is cut while new ones are refused', ['refuse', 'cut'], AWAY],
    ['is stalled, with new ones', ['stall'], IN_TIME],
    ['is silent, with new ones', ['blackhole'], IN_TIME],
  ] as const) {
    it(`or ${fault} comes back by itself`, async () => {
      for (const fault of harm) relay[fault]();
      await eventually(() => assert.rejects(used.redis.check()));
      await eventually(() => assert.equal(used.said()[0], message));
      await relay.restore();
      await healthy();
      assert.deepEqual(used.said(), [message, BACK]);
    });
  }

  it('keeps nothing of a command that arrives when its time is over', async () => {
    const sets = async () =>
      Number((await server.info('commandstats')).get('cmdstat_set')?.match(/calls=(\d+)/)?.[1]);
    await used.redis.check();
    relay.stall('open');
    const cache = new RedisCache(used.redis);
    await cache.put('late', 'value', 300);
    await eventually(() => assert.ok(used.said().includes(BACK)));
    await used.redis.close();
    const before = await sets();
    await relay.restore();
    await eventually(async () => assert.ok((await sets()) > before));
    assert.equal(await server.command('EXISTS', 'test:cache:late'), 0);
  });

  it('at a host that has moved behind its name is looked up anew', async () => {
    await used.redis.close();
    await server.stop();
    server = await RedisServer.start('--bind', '127.0.0.1', '127.0.0.2');
    const { lookup } = dns;
    let address = '127.0.0.1';
    type Found = (error: null, found: string | dns.LookupAddress[], family?: number) => void;
    // What no test can move in the real world.
    dns.lookup = ((_name: string, { all }: dns.LookupOptions, found: Found) =>
      all === true ? found(null, [{ address, family: 4 }]) : found(null, address, 4)) as typeof dns.lookup;
    try {
      used = await useRedis(`redis://redis.example:${server.port}`);
      const reached = async () =>
        /\bladdr=([\d.]+)/.exec(String(await used.redis.send('CLIENT', 'INFO')))?.[1];
      assert.equal(await reached(), '127.0.0.1');
      address = '127.0.0.2';
      await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await eventually(async () => assert.equal(await reached(), '127.0.0.2'));
    } finally {
      dns.lookup = lookup;
    }
  });
});

describe('A Redis that is slow', () => {
  let server: RedisServer;
  let relay: Relay;
  let used: UsedRedis;

  beforeEach(async () => {
    server = await RedisServer.start();
    relay = await Relay.to({ port: server.port });
  });
  afterEach(async () => {
    await used.redis.close();
    await relay.close();
    await server.stop();
  });

  it('is used when it answers in time, however far it is', async () => {
    relay.delay({ toServerMs: 100, toClientMs: 100 });
    used = await useRedis(relay.through(server.url), 'test:', 2_000);
    await used.redis.check();
    assert.deepEqual(used.said(), []);
  });

  it('is left alone while it is, and does not come and go', async () => {
    used = await useRedis(relay.through(server.url));
    // More than twice what it may take, which it has when this process is busy.
    relay.delay({ toServerMs: 400, toClientMs: 400 });
    await assert.rejects(used.redis.check(), /not answered within 250 ms/);
    // Until it was tried again and again, with all that is in use.
    const scripts = async () =>
      Number((await server.info('commandstats')).get('cmdstat_hello')?.match(/calls=(\d+)/)?.[1]);
    const before = await scripts();
    await eventually(async () => {
      await assert.rejects(used.redis.send('GET', 'a'), /Redis is away/);
      assert.ok((await scripts()) > before + 3);
    });
    assert.deepEqual(used.said(), [IN_TIME]);
    await relay.restore();
    await eventually(() => used.redis.check());
    assert.deepEqual(used.said(), [IN_TIME, BACK]);
  });
});
