import type { RedisStore } from 'rate-limit-redis';
import { CacheCommands } from './redis-cache.ts';
import type { RedisCommands } from './redis-commands.ts';
import { countersPrefix, openCounters } from './redis-rate-limit-store.ts';

const KEY = 'probe';
const KEPT_MS = 1_000;

/**
 * Sends the very commands that are in use, on keys of each kind. Whether Redis answers says little: one that is full, a
 * replica, or does not let us at our keys answers `PING` as ever, and one whose rules leave out `PING` may do all we need.
 *
 * @returns to be called again and again. Rejects with what Redis refuses.
 */
export function newRedisProbe(redis: RedisCommands): () => Promise<void> {
  const cache = new CacheCommands(redis);
  const prefix = countersPrefix(redis.prefix, KEY);
  let counters: Promise<RedisStore> | undefined;
  return async () => {
    counters ??= openCounters(redis, prefix, { windowMs: KEPT_MS });
    await Promise.all([
      cache.put(KEY, '', KEPT_MS),
      cache.putIfAbsent(KEY, '', KEPT_MS),
      cache.get(KEY),
      cache.timeLeft(KEY),
      // The first to be counted is set, and the second added to it.
      counters.then((store) => Promise.all([store.increment(KEY), store.increment(KEY)])),
    ]);
  };
}
