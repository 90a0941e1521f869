import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { isRedisPrefix, redisPrefix } from '../../../lib/enterprise/redis/redis-prefix.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

describe('The prefix of the keys in Redis', () => {
  let folder: string;

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'redis-prefix-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const open = (store: string) =>
    new JsonFileStore({ path: join(folder, store), log: pino({ level: 'silent' }) });
  const prefix = (store: string, clientId = 'Iv23.client', given?: string) =>
    redisPrefix({ documents: open(store), clientId, given });

  it('is the same for all processes on one store, those that start together as well', async () => {
    const together = await Promise.all(Array.from({ length: 5 }, () => prefix('one')));
    assert.equal(new Set([...together, await prefix('one')]).size, 1);
    assert.match(together[0]!, /^openhands:\{Iv23\.client:[\da-f-]{36}\}:$/);
  });

  it('is another one for another store, and for another App', async () => {
    const all = await Promise.all([prefix('one'), prefix('two'), prefix('one', 'Iv23.other')]);
    assert.equal(new Set(all).size, 3);
  });

  it('holds nothing that means something in a pattern or to a cluster, but the one pair of braces', async () => {
    assert.match(await prefix('one', 'a*b}{?[c]\\ d'), /^openhands:\{a_b____c___d:[\da-f-]{36}\}:$/);
  });

  it('is what the operator has given, as it stands, and needs no store', async () => {
    assert.equal(await prefix('one', 'any', 'acme:'), 'acme:{openhands}:');
    const documents = open('one');
    assert.equal(await documents.read('openhands-store.json'), undefined);
    for (const bad of ['', 'a b', 'a{b}', 'a*', '[a]', 'ä', 'x'.repeat(65)])
      assert.equal(isRedisPrefix(bad), false);
    for (const good of ['acme', 'acme:', 'team-1.prod_2:', 'x'.repeat(64)])
      assert.ok(isRedisPrefix(good), good);
  });
});
