import type { RedisCommands } from './redis-commands.ts';
import type { SharedCache } from './shared-cache.ts';

/** A {@link SharedCache} in Redis. */
export class RedisCache implements SharedCache {
  readonly #commands: CacheCommands;

  constructor(redis: RedisCommands) {
    this.#commands = new CacheCommands(redis);
  }

  async get(key: string): Promise<string | undefined> {
    const value = await orNothing(this.#commands.get(key));
    return typeof value === 'string' ? value : undefined;
  }

  async timeLeft(key: string): Promise<number> {
    const left = await orNothing(this.#commands.timeLeft(key));
    return typeof left === 'number' && left > 0 ? left : 0;
  }

  async put(key: string, value: string, forMs: number): Promise<void> {
    await orNothing(this.#commands.put(key, value, forMs));
  }

  async putIfAbsent(key: string, value: string, forMs: number): Promise<boolean> {
    // Redis answers null where something is; where it is not used, there is no answer.
    return (await orNothing(this.#commands.putIfAbsent(key, value, forMs))) !== null;
  }
}

/**
 * What a {@link RedisCache} sends. What is kept until when is said by Redis's own clock (`PXAT`, Redis 6.2). So it does not
 * matter what ours shows, and a command that lay somewhere for a while keeps nothing beyond its time.
 */
export class CacheCommands {
  readonly #redis: RedisCommands;

  constructor(redis: RedisCommands) {
    this.#redis = redis;
  }

  async get(key: string): Promise<unknown> {
    return this.#redis.send('GET', this.#key(key));
  }

  async timeLeft(key: string): Promise<unknown> {
    return this.#redis.send('PTTL', this.#key(key));
  }

  async put(key: string, value: string, forMs: number): Promise<unknown> {
    return this.#redis.send('SET', this.#key(key), value, 'PXAT', this.#until(forMs));
  }

  async putIfAbsent(key: string, value: string, forMs: number): Promise<unknown> {
    return this.#redis.send('SET', this.#key(key), value, 'PXAT', this.#until(forMs), 'NX');
  }

  #key(key: string): string {
    return `${this.#redis.prefix}cache:${key}`;
  }

  #until(forMs: number): string {
    return String(Math.floor(this.#redis.now() + forMs));
  }
}

/** That Redis is not used is in the log already. */
async function orNothing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}
