import type { RedisConnection } from './redis-connection.ts';
import type { SharedCache } from './shared-cache.ts';

const PREFIX = 'openhands:';

/**
 * A {@link SharedCache} in Redis. Times are absolute (`PXAT`, Redis 6.2), so that a command that lay somewhere for a while
 * keeps nothing beyond its time.
 */
export class RedisCache implements SharedCache {
  readonly #redis: Pick<RedisConnection, 'send'>;

  constructor(redis: Pick<RedisConnection, 'send'>) {
    this.#redis = redis;
  }

  async get(key: string): Promise<string | undefined> {
    const value = await this.#send('GET', PREFIX + key);
    return typeof value === 'string' ? value : undefined;
  }

  async timeLeft(key: string): Promise<number> {
    const left = await this.#send('PTTL', PREFIX + key);
    return typeof left === 'number' && left > 0 ? left : 0;
  }

  async put(key: string, value: string, until: number): Promise<void> {
    await this.#send('SET', PREFIX + key, value, 'PXAT', String(Math.ceil(until)));
  }

  async putIfAbsent(key: string, value: string, until: number): Promise<boolean> {
    const answer = await this.#send('SET', PREFIX + key, value, 'PXAT', String(Math.ceil(until)), 'NX');
    // Redis answers null where something is; where it is away, there is no answer.
    return answer !== null;
  }

  /** That Redis is away is in the log already. */
  async #send(...command: string[]): Promise<unknown> {
    try {
      return await this.#redis.send(...command);
    } catch {
      return undefined;
    }
  }
}
