import assert from 'node:assert/strict';
import { RedisCache } from '../../../../lib/enterprise/redis/redis-cache.ts';
import { RedisAwayError } from '../../../../lib/enterprise/redis/redis-outage.ts';
import { eventually } from '../../../eventually.ts';
import { RedisServer } from '../../engines/redis-server.ts';
import { AWAY, BACK, IN_TIME, type UsedRedis, useRedis } from './used-redis.ts';

describe('RedisConnection', () => {
  let server: RedisServer;
  let used: UsedRedis;

  beforeEach(async () => {
    server = await RedisServer.start();
    used = await useRedis(server.url);
  });
  afterEach(async () => {
    await used.redis.close();
    await server.stop();
  });

  it('sends commands, and hands an error of theirs through without taking it for an outage', async () => {
    const { redis } = used;
    await redis.check();
    assert.equal(await redis.send('SET', 'a', '1'), 'OK');
    assert.equal(await redis.send('GET', 'a'), '1');
    await assert.rejects(redis.send('NO-SUCH-COMMAND'), /unknown command/);
    await assert.rejects(redis.send('NO-SUCH-COMMAND'), /unknown command/);
    await redis.check();
    await eventually(() => assert.deepEqual(used.said(), ['Redis has refused a command']));
  });

  it('refuses at once while Redis is gone, with one line in the log, and comes back by itself', async () => {
    const { redis } = used;
    for (let outage = 1; outage <= 2; outage += 1) {
      await server.kill('SIGKILL');
      await eventually(() => assert.rejects(redis.check(), RedisAwayError));
      await Promise.all(
        Array.from({ length: 100 }, () => assert.rejects(redis.send('GET', 'a'), RedisAwayError)),
      );
      await server.restart();
      await eventually(() => redis.check());
    }
    assert.deepEqual(used.said(), [AWAY, BACK, AWAY, BACK]);
  });

  it('waits for a Redis that hangs only once, and notices when it goes on', async () => {
    const { redis } = used;
    server.signal('SIGSTOP');
    await assert.rejects(redis.check(), /not answered within 250 ms/);
    await assert.rejects(redis.check(), /Redis is away/);
    server.signal('SIGCONT');
    await eventually(() => redis.check());
    assert.deepEqual(used.said(), [IN_TIME, BACK]);
  });

  it('starts without Redis, and finds it later', async () => {
    await used.redis.close();
    await server.kill('SIGKILL');
    used = await useRedis(server.url);
    assert.deepEqual(used.said(), [AWAY]);
    await server.restart();
    await eventually(() => used.redis.check());
    assert.deepEqual(used.said(), [AWAY, BACK]);
  });

  it('ends while it waits for a Redis that hangs, and leaves no connection behind', async () => {
    server.signal('SIGSTOP');
    await assert.rejects(used.redis.check());
    await used.redis.close();
    server.signal('SIGCONT');
    await eventually(async () => {
      // Only the one that asks.
      assert.equal((await server.info('clients')).get('connected_clients'), '1');
    });
  });

  it('takes an answer that has come while this process was busy', async () => {
    const answer = used.redis.send('SET', 'a', '1');
    // Sent, and then nothing of the answer is read for longer than it may take.
    await new Promise((resolve) => setImmediate(resolve));
    for (const end = performance.now() + 600; performance.now() < end;);
    assert.equal(await answer, 'OK');
    // Not even sent meanwhile.
    const later = used.redis.send('GET', 'a');
    for (const end = performance.now() + 600; performance.now() < end;);
    assert.equal(await later, '1');
    assert.deepEqual(used.said(), []);
  });

  describe('RedisCache', () => {
    it('keeps values for their time, and what is there over what would only fill a gap', async () => {
      const cache = new RedisCache(used.redis);
      assert.deepEqual([await cache.get('a'), await cache.timeLeft('a')], [undefined, 0]);
      assert.equal(await cache.putIfAbsent('a', 'first', 60_000), true);
      assert.equal(await cache.putIfAbsent('a', 'second', 60_000), false);
      assert.equal(await cache.get('a'), 'first');
      await cache.put('a', '', 90_000);
      assert.equal(await cache.get('a'), '');
      const left = await cache.timeLeft('a');
      assert.ok(left > 60_000 && left <= 90_000, String(left));
      await cache.put('a', 'late', -1);
      assert.equal(await cache.get('a'), undefined);
    });

    it('knows nothing while Redis is away, and says so to nobody', async () => {
      const cache = new RedisCache(used.redis);
      await server.kill('SIGKILL');
      assert.equal(await cache.get('a'), undefined);
      assert.equal(await cache.timeLeft('a'), 0);
      await cache.put('a', 'b', 1_000);
      assert.equal(await cache.putIfAbsent('a', 'b', 1_000), true);
    });
  });
});
