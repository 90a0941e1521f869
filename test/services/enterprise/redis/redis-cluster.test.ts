import assert from 'node:assert/strict';
import { redisPrefix } from '../../../../lib/enterprise/redis/redis-prefix.ts';
import { ConfigurationError } from '../../../../lib/oss/errors.ts';
import type { DocumentStore } from '../../../../lib/oss/storage/document-store.ts';
import { eventually } from '../../../eventually.ts';
import { RedisServer } from '../../engines/redis-server.ts';
import { BACK, REFUSES, type UsedRedis, useRedis } from './used-redis.ts';

const SLOTS = 16_384;

describe('A Redis Cluster', () => {
  let nodes: RedisServer[];
  let used: UsedRedis | undefined;

  beforeEach(() => (nodes = []));
  afterEach(async () => {
    await used?.redis.close();
    used = undefined;
    await Promise.all(nodes.map((node) => node.stop()));
  });

  const start = async () => {
    const node = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000');
    nodes.push(node);
    return node;
  };
  const take = (node: RedisServer, from: number, to: number) =>
    node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
  const formed = (node: RedisServer) =>
    eventually(async () => assert.match(String(await node.command('CLUSTER', 'INFO')), /cluster_state:ok/));
  const prefix = (clientId: string) =>
    redisPrefix({ documents: {} as DocumentStore, clientId: '', given: `${clientId}:` });

  it('of one node is used like any other Redis', async () => {
    const node = await start();
    await take(node, 0, SLOTS - 1);
    await formed(node);
    used = await useRedis(node.url, await prefix('one'));
    await used.redis.check();
    assert.deepEqual(used.said(), []);
  });

  it('that has lost its slots is not used, and says so', async () => {
    const node = await start();
    used = await useRedis(node.url, await prefix('one'));
    await assert.rejects(used.redis.check());
    assert.deepEqual(
      used.lines.map(({ msg, reason }) => [msg, reason]),
      [[REFUSES, 'CLUSTERDOWN']],
    );
    await take(node, 0, SLOTS - 1);
    await eventually(() => used!.redis.check());
    assert.deepEqual(used.said(), [REFUSES, BACK]);
  });

  it('has no other database than the first, which ends the start', async () => {
    const node = await start();
    await take(node, 0, SLOTS - 1);
    await assert.rejects(useRedis(`${node.url}/1`), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /SELECT is not allowed in cluster mode/);
      return true;
    });
  });

  it('of several has all keys of a deployment at one of them, which is found from any', async () => {
    const [one, other] = [await start(), await start()];
    await take(one, 0, SLOTS / 2 - 1);
    await take(other, SLOTS / 2, SLOTS - 1);
    await one.command('CLUSTER', 'MEET', '127.0.0.1', String(other.port));
    await Promise.all([formed(one), formed(other)]);
    const ownPrefix = await prefix('two');
    for (const node of nodes) {
      used = await useRedis(node.url, ownPrefix);
      await used.redis.check();
      await used.redis.send('SET', `${ownPrefix}asked-at-${node.port}`, '');
      assert.deepEqual(used.said(), [], 'to be led to another node is nothing to be warned of');
      await used.redis.close();
    }
    const keys = await Promise.all(nodes.map((node) => node.command('DBSIZE')));
    assert.ok(keys.includes(0), 'all are at the other one');
    // Now they move to that.
    const from = nodes[keys.indexOf(0) === 0 ? 1 : 0]!;
    const to = nodes[keys.indexOf(0)]!;
    used = await useRedis(from.url, ownPrefix);
    const slot = String(await from.command('CLUSTER', 'KEYSLOT', ownPrefix));
    const id = String(await to.command('CLUSTER', 'MYID'));
    // So that the others believe it: https://redis.io/docs/latest/commands/cluster-setslot/
    await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await from.command('CLUSTER', 'MYID')));
    await from.command('FLUSHALL');
    for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', id);
    await eventually(() => assert.deepEqual(used!.said(), [REFUSES, BACK]));
    assert.equal(used.lines[0]!.reason, 'MOVED');
    await used.redis.check();
    assert.notEqual(await to.command('DBSIZE'), 0);
  });
});
