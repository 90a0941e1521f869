import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RedisCache } from '../../../../lib/enterprise/redis/redis-cache.ts';
import { RedisRateLimitStore } from '../../../../lib/enterprise/redis/redis-rate-limit-store.ts';
import { eventually } from '../../../eventually.ts';
import { RedisServer } from '../../engines/redis-server.ts';
import { Relay } from '../../engines/relay.ts';
import { BACK, REFUSES, type UsedRedis, useRedis } from './used-redis.ts';

const DOCS = readFileSync(new URL('../../../../docs/redis.md', import.meta.url), 'utf8');
/** The commands that the docs list for a role. */
const RIGHTS = /^ACL SETUSER .* -@all (?<rights>.*)$/m.exec(DOCS)!.groups!.rights!.split(' ');
const PREFIX = 'openhands:{test}:';

describe('A Redis that refuses', () => {
  let server: RedisServer;
  let used: UsedRedis;

  beforeEach(async () => (server = await RedisServer.start()));
  afterEach(async () => {
    await used.redis.close();
    await server.stop();
  });

  const healthy = () => eventually(() => used.redis.check());
  /** It is not used any more, and one line says why and what to do. */
  const isRefused = async (reason: string, answer = new RegExp(reason)) => {
    await eventually(() => assert.rejects(used.redis.check()));
    await eventually(() => assert.equal(used.lines.at(-1)?.msg, REFUSES));
    const { reason: said, advice, err } = used.lines.at(-1)!;
    assert.equal(said, reason);
    assert.ok(advice);
    assert.match(err!.message, answer);
  };

  /** Each that answers PING, or did so before it refused what is asked. */
  const FAULTS: readonly (readonly [reason: string, harm: string[], mend: string[]])[] = [
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    ['OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    [
      'NOREPLICAS',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
    ['NOPERM', ['ACL', 'SETUSER', 'app', 'resetkeys'], ['ACL', 'SETUSER', 'app', '~*']],
    ['NOPERM', ['ACL', 'SETUSER', 'app', '-evalsha'], ['ACL', 'SETUSER', 'app', '+evalsha']],
    ['NOPERM', ['ACL', 'SETUSER', 'app', '-@all', '+ping', '+get'], ['ACL', 'SETUSER', 'app', '+@all']],
    ['NOPERM', ['ACL', 'SETUSER', 'app', 'resetkeys', '~*:cache:*'], ['ACL', 'SETUSER', 'app', '~*']],
    ['NOPERM', ['ACL', 'SETUSER', 'app', 'resetkeys', '~*:rate:*'], ['ACL', 'SETUSER', 'app', '~*']],
  ];
  for (const [reason, harm, mend] of FAULTS) {
    it(`what is asked (${harm.join(' ')}) is not used, says why, and comes back when that is over`, async () => {
      await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all');
      used = await useRedis(server.url.replace('//', '//app:secret@'), PREFIX);
      await used.redis.check();
      await server.command(...harm);
      await isRefused(reason);
      await server.command(...mend);
      await healthy();
      assert.deepEqual(used.said(), [REFUSES, BACK]);
    });

    it(`what is asked (${harm.join(' ')}) at the start likewise, which goes on`, async () => {
      await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all');
      await server.command(...harm);
      used = await useRedis(server.url.replace('//', '//app:secret@'), PREFIX);
      await isRefused(reason);
      await server.command(...mend);
      await healthy();
    });
  }

  it('one request as a first sign is found out at once, not with the next heartbeat', async () => {
    used = await useRedis(server.url, PREFIX);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await assert.rejects(used.redis.send('SET', 'a', '1'), /READONLY/);
    await isRefused('READONLY');
  });

  it('as a primary that was demoted is left for the new one behind the same name', async () => {
    const replica = await RedisServer.start('--replicaof', `127.0.0.1 ${server.port}`);
    const relay = await Relay.to({ port: server.port });
    try {
      used = await useRedis(relay.through(server.url), PREFIX);
      await used.redis.send('SET', 'where', 'both');
      await eventually(async () => assert.equal(await replica.command('GET', 'where'), 'both'));
      await replica.command('REPLICAOF', 'NO', 'ONE');
      await server.command('REPLICAOF', '127.0.0.1', String(replica.port));
      relay.target = { port: replica.port };
      await isRefused('READONLY');
      await healthy();
      await used.redis.send('SET', 'where', 'the new one');
      assert.equal(await replica.command('GET', 'where'), 'the new one');
      assert.deepEqual(used.said(), [REFUSES, BACK]);
    } finally {
      await used.redis.close();
      await relay.close();
      await replica.stop();
    }
  });

  describe('all but what docs/redis.md lists', () => {
    const allow = (...rules: string[]) =>
      server.command('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', `~${PREFIX}*`, ...rules);
    const open = async () => (used = await useRedis(server.url.replace('//', '//app:secret@'), PREFIX));

    it('is all that is needed, without a PING', async () => {
      await allow(...RIGHTS);
      await open();
      await used.redis.check();
      const cache = new RedisCache(used.redis);
      assert.equal(await cache.putIfAbsent('a', 'b', 60_000), true);
      assert.equal(await cache.get('a'), 'b');
      assert.ok((await cache.timeLeft('a')) > 0);
      const limit = { limit: 10, windowMs: 60_000, per: '1 minute' };
      const counts = [new RedisRateLimitStore(used.redis, limit), new RedisRateLimitStore(used.redis, limit)];
      for (const store of counts) store.init({ windowMs: 60_000 } as Parameters<typeof store.init>[0]);
      await counts[0]!.increment('somebody');
      assert.equal((await counts[1]!.increment('somebody')).totalHits, 2, 'counted together');
      await assert.rejects(used.redis.send('PING'), /NOPERM/);
      await used.redis.check();
      const denied = (await server.command('ACL', 'LOG')) as unknown[];
      assert.equal(denied.length, 1, 'nothing else was asked');
    });

    for (const right of RIGHTS) {
      it(`lacks nothing that could be left out: ${right}`, async () => {
        await allow(...RIGHTS.filter((it) => it !== right));
        await open();
        await isRefused('NOPERM', /NOPERM|The user executing the script can't/);
      });
    }
  });

  it('nothing, but throws keys out as it likes, goes on being used', async () => {
    used = await useRedis(server.url, PREFIX);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const memory = Number((await server.info('memory')).get('used_memory'));
    await server.command('CONFIG', 'SET', 'maxmemory', String(memory + 1_000_000));
    const cache = new RedisCache(used.redis);
    const large = 'x'.repeat(50_000);
    for (let n = 0; n < 100; n += 1) await cache.put(`large-${n}`, large, 60_000);
    assert.ok(Number((await server.info('stats')).get('evicted_keys')) > 0);
    assert.equal(await cache.get('large-0'), undefined, 'which is what a cache is for');
    await used.redis.check();
    assert.deepEqual(used.said(), []);
  });
});
