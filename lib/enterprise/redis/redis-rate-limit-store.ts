import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import type { RedisReply, RedisStore } from 'rate-limit-redis';
import type { RateLimit } from '../../oss/middleware/rate-limit-grammar.ts';
import { RateLimitMemory } from '../../oss/middleware/rate-limit-memory.ts';
import type { RedisCommands } from './redis-commands.ts';

/** Counts in Redis, for all processes together; while Redis is not used, in this server alone. */
export class RedisRateLimitStore implements Store {
  readonly #redis: RedisCommands;
  readonly #alone: Store;
  readonly prefix: string;
  #options: Options | undefined;
  #together: Promise<RedisStore> | undefined;

  /**
   * @param limit - what is counted here: each limit has counters of its own.
   * @param alone - where it is counted while Redis is not used; in this process unless given.
   */
  constructor(redis: RedisCommands, { limit, windowMs }: RateLimit, alone: Store = new RateLimitMemory()) {
    this.#redis = redis;
    this.#alone = alone;
    this.prefix = countersPrefix(redis.prefix, `${limit}/${windowMs}`);
  }

  init(options: Options): void {
    this.#options = options;
    void this.#alone.init?.(options);
  }

  get(key: string): Promise<ClientRateLimitInfo | undefined> {
    return this.#count((store) => store.get?.(key));
  }

  increment(key: string): Promise<ClientRateLimitInfo> {
    return this.#count((store) => store.increment(key));
  }

  decrement(key: string): Promise<void> {
    return this.#count(async (store) => store.decrement(key));
  }

  resetKey(key: string): Promise<void> {
    return this.#count(async (store) => store.resetKey(key));
  }

  async #count<T>(operation: (store: Store) => T | Promise<T>): Promise<T> {
    try {
      return await operation(await (this.#together ??= this.#open()));
    } catch {
      // It would stay without a script that it could not load. Whatever it is, a request is never refused, nor let through
      // uncounted, because of it. The connection logs it.
      this.#together = undefined;
      return operation(this.#alone);
    }
  }

  #open(): Promise<RedisStore> {
    return openCounters(this.#redis, this.prefix, this.#options);
  }
}

/** What counters of a limit begin with. */
export function countersPrefix(prefix: string, limit: string): string {
  return `${prefix}rate:${limit}:`;
}

/** The client's store, with its scripts loaded. It is imported only where there is a Redis. */
export async function openCounters(
  redis: Pick<RedisCommands, 'send'>,
  prefix: string,
  options: Pick<Options, 'windowMs'> | undefined,
): Promise<RedisStore> {
  const { RedisStore } = await import('rate-limit-redis');
  const store = new RedisStore({
    prefix,
    sendCommand: async (...command: string[]) => (await redis.send(...command)) as RedisReply,
  });
  if (options !== undefined) await store.init(options as Options);
  return store;
}
