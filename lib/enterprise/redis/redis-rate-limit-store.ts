import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import type { RedisReply, RedisStore } from 'rate-limit-redis';
import type { RateLimit } from '../../oss/middleware/rate-limit-grammar.ts';
import { RateLimitMemory } from '../../oss/middleware/rate-limit-memory.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Counts in Redis, for all processes together; while Redis is away, in this process alone. */
export class RedisRateLimitStore implements Store {
  readonly #redis: Pick<RedisConnection, 'send'>;
  readonly #alone = new RateLimitMemory();
  readonly prefix: string;
  #options: Options | undefined;
  #together: Promise<RedisStore> | undefined;

  /** @param limit - what is counted here: each limit has counters of its own. */
  constructor(redis: Pick<RedisConnection, 'send'>, { limit, windowMs }: RateLimit) {
    this.#redis = redis;
    this.prefix = `openhands:rate:${limit}/${windowMs}:`;
  }

  init(options: Options): void {
    this.#options = options;
    this.#alone.init(options);
  }

  get(key: string): Promise<ClientRateLimitInfo | undefined> {
    return this.#count((store) => store.get(key));
  }

  increment(key: string): Promise<ClientRateLimitInfo> {
    return this.#count((store) => store.increment(key));
  }

  decrement(key: string): Promise<void> {
    return this.#count((store) => store.decrement(key));
  }

  resetKey(key: string): Promise<void> {
    return this.#count((store) => store.resetKey(key));
  }

  async #count<T>(operation: (store: RateLimitMemory | RedisStore) => T | Promise<T>): Promise<T> {
    try {
      return await operation(await (this.#together ??= this.#open()));
    } catch {
      // Whatever it is, a request is never refused, nor let through uncounted, because of it. The connection logs it.
      return operation(this.#alone);
    }
  }

  async #open(): Promise<RedisStore> {
    try {
      const { RedisStore } = await import('rate-limit-redis');
      const store = new RedisStore({
        prefix: this.prefix,
        sendCommand: async (...command: string[]) => (await this.#redis.send(...command)) as RedisReply,
      });
      if (this.#options !== undefined) await store.init(this.#options);
      return store;
    } catch (error) {
      this.#together = undefined;
      throw error;
    }
  }
}
