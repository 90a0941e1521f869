import assert from 'node:assert/strict';
import {
  AppMisconfiguredError,
  TokenEndpointUnavailableError,
} from '../../../../lib/enterprise/github/errors.ts';
import { RedisCache } from '../../../../lib/enterprise/redis/redis-cache.ts';
import { RedisConnection } from '../../../../lib/enterprise/redis/redis-connection.ts';
import { GitHubCircuitBreaker } from '../../../../lib/enterprise/tokens/github-circuit-breaker.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { eventually } from '../../../eventually.ts';
import { silent } from '../../databases.ts';
import { engines } from '../../engines.ts';

describe('RefreshCircuits of processes on one Redis', () => {
  let redis: RedisConnection;
  let one: GitHubCircuitBreaker;
  let other: GitHubCircuitBreaker;

  beforeEach(async () => {
    redis = new RedisConnection({ url: new Secret(engines().redis.url), prefix: 'test:', log: silent });
    await redis.open();
    await redis.send('FLUSHALL');
    one = new GitHubCircuitBreaker(silent, Date.now, new RedisCache(redis));
    other = new GitHubCircuitBreaker(silent, Date.now, new RedisCache(redis));
  });
  afterEach(() => redis.close());

  it('open together when GitHub limits the App, and the later one stays open by itself', async () => {
    await other.checkElsewhere();
    one.failed(new TokenEndpointUnavailableError('answered 429', 60_000));
    await eventually(() =>
      assert.rejects(other.checkElsewhere(), (error) => {
        assert.ok(error instanceof TokenEndpointUnavailableError);
        assert.ok(error.retryAfterMs! > 50_000 && error.retryAfterMs! <= 60_000);
        return true;
      }),
    );
    await redis.send('FLUSHALL');
    assert.throws(() => other.check(), TokenEndpointUnavailableError);
  });

  it('do not share that GitHub refuses the credentials: the others may have better ones', async () => {
    one.failed(new AppMisconfiguredError('incorrect_client_credentials'));
    assert.throws(() => one.check(), AppMisconfiguredError);
    await redis.check();
    await other.checkElsewhere();
    other.check();
  });
});
