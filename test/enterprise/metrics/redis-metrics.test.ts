import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { registerRedisMetrics } from '../../../lib/enterprise/metrics/redis-metrics.ts';

describe('The metric of Redis', () => {
  it('follows its answers', async () => {
    const registry = new Registry();
    let isThere = true;
    registerRedisMetrics(registry, {
      check: () => (isThere ? Promise.resolve() : Promise.reject(new Error('away'))),
    });
    assert.match(await registry.metrics(), /^openhands_redis_up 1$/m);
    isThere = false;
    assert.match(await registry.metrics(), /^openhands_redis_up 0$/m);
  });

  it('has no value without a Redis, which is nothing to alert anybody of', async () => {
    const registry = new Registry();
    registerRedisMetrics(registry, undefined);
    for (let time = 1; time <= 2; time += 1) {
      assert.doesNotMatch(await registry.metrics(), /^openhands_redis_up/m);
    }
  });
});
