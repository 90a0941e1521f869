import { Gauge, type Registry } from 'prom-client';
import type { RedisConnection } from '../redis/redis-connection.ts';

/**
 * Whether Redis does what it is used for. `/ready` stays 200 without it, so this is where an alert sees that it does not.
 *
 * @param redis - without one there is no value: nothing is amiss where nobody has asked for a Redis.
 */
export function registerRedisMetrics(
  registry: Registry,
  redis: Pick<RedisConnection, 'check'> | undefined,
): void {
  new Gauge({
    name: 'openhands_redis_up',
    help: '1 when Redis does what it is used for, 0 when the process goes on alone; no value without REDIS_URL.',
    registers: [registry],
    aggregator: 'min',
    async collect() {
      if (redis === undefined) {
        this.remove();
        return;
      }
      const isUp = await redis.check().then(
        () => true,
        () => false,
      );
      this.set(Number(isUp));
    },
  });
}
