import assert from 'node:assert/strict';
import { RedisCache } from '../../../../lib/enterprise/redis/redis-cache.ts';
import { RedisAwayError, RedisConnection } from '../../../../lib/enterprise/redis/redis-connection.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { listeningLog } from '../../databases.ts';
import { eventually } from '../../engines/eventually.ts';
import { RedisServer } from '../../engines/redis-server.ts';

const AWAY = 'Redis is away; this process goes on alone';
const BACK = 'Redis is back';

describe('RedisConnection', () => {
  let server: RedisServer;
  let redis: RedisConnection;
  let said: string[];

  const open = async () => {
    const listening = listeningLog();
    said = listening.said;
    redis = new RedisConnection({ url: new Secret(server.url), log: listening.log });
    await redis.open();
  };

  beforeEach(async () => {
    server = await RedisServer.start();
    await open();
  });
  afterEach(async () => {
    await redis.close();
    await server.stop();
  });

  it('sends commands, and hands an error of theirs through without taking it for an outage', async () => {
    await redis.check();
    assert.equal(await redis.send('SET', 'a', '1'), 'OK');
    assert.equal(await redis.send('GET', 'a'), '1');
    await assert.rejects(redis.send('NO-SUCH-COMMAND'), /unknown command/);
    await assert.rejects(redis.send('NO-SUCH-COMMAND'), /unknown command/);
    await redis.check();
    assert.deepEqual(said, ['Redis refuses what it is asked; this process goes on alone']);
  });

  it('refuses at once while Redis is gone, with one line in the log, and comes back by itself', async () => {
    for (let outage = 1; outage <= 2; outage += 1) {
      await server.kill('SIGKILL');
      await eventually(() => assert.rejects(redis.check(), RedisAwayError));
      await Promise.all(
        Array.from({ length: 100 }, () => assert.rejects(redis.send('GET', 'a'), RedisAwayError)),
      );
      await server.restart();
      await eventually(() => redis.check());
    }
    assert.deepEqual(said, [AWAY, BACK, AWAY, BACK]);
  });

  it('waits for a Redis that hangs only once, and notices when it goes on', async () => {
    server.signal('SIGSTOP');
    await assert.rejects(redis.check(), /not answered within 250 ms/);
    await assert.rejects(redis.check(), /Redis is away/);
    server.signal('SIGCONT');
    await eventually(() => redis.check());
    assert.deepEqual(said, [AWAY, BACK]);
  });

  it('starts without Redis, and finds it later', async () => {
    await redis.close();
    await server.kill('SIGKILL');
    await open();
    assert.deepEqual(said, [AWAY]);
    await server.restart();
    await eventually(() => redis.check());
    assert.deepEqual(said, [AWAY, BACK]);
  });

  describe('RedisCache', () => {
    it('keeps values until their time, and what is there over what would only fill a gap', async () => {
      const memory = new RedisCache(redis);
      assert.deepEqual([await memory.get('a'), await memory.timeLeft('a')], [undefined, 0]);
      assert.equal(await memory.putIfAbsent('a', 'first', Date.now() + 60_000), true);
      assert.equal(await memory.putIfAbsent('a', 'second', Date.now() + 60_000), false);
      assert.equal(await memory.get('a'), 'first');
      await memory.put('a', '', Date.now() + 90_000);
      assert.equal(await memory.get('a'), '');
      const left = await memory.timeLeft('a');
      assert.ok(left > 60_000 && left <= 90_000, String(left));
      await memory.put('a', 'late', Date.now() - 1);
      assert.equal(await memory.get('a'), undefined);
    });

    it('knows nothing while Redis is away, and says so to nobody', async () => {
      const memory = new RedisCache(redis);
      await server.kill('SIGKILL');
      assert.equal(await memory.get('a'), undefined);
      assert.equal(await memory.timeLeft('a'), 0);
      await memory.put('a', 'b', Date.now() + 1_000);
      assert.equal(await memory.putIfAbsent('a', 'b', Date.now() + 1_000), true);
    });
  });
});
