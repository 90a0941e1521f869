import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { readSaasEnvironment } from '../../lib/enterprise/environment.ts';
import { ConfigurationError } from '../../lib/oss/errors.ts';

describe('The environment of the Enterprise edition', () => {
  const needed = { GITHUB_APP_CLIENT_ID: 'Iv23.client', GITHUB_APP_CLIENT_SECRET: 'the-client-secret' };

  function complaint(env: Record<string, string>): string {
    try {
      readSaasEnvironment(env);
    } catch (err) {
      assert.ok(err instanceof ConfigurationError);
      assert.doesNotMatch(err.message, /\n/);
      return err.message;
    }
    assert.fail('It was accepted.');
  }

  it('has defaults for all but the client of the GitHub App', () => {
    const { SESSION_TTL, PERMITTED_CORS_ORIGINS, COOKIE_SECRETS, METRICS_TOKEN } =
      readSaasEnvironment(needed);
    assert.deepEqual([SESSION_TTL, PERMITTED_CORS_ORIGINS], [30 * 24 * 60 * 60 * 1000, []]);
    assert.deepEqual([COOKIE_SECRETS, METRICS_TOKEN], [undefined, undefined]);
  });

  it('names every variable that is missing, in one line', () => {
    assert.match(complaint({}), /GITHUB_APP_CLIENT_ID.*GITHUB_APP_CLIENT_SECRET/);
    assert.match(
      complaint({ GITHUB_APP_CLIENT_SECRET: ' ' }),
      /GITHUB_APP_CLIENT_ID.*GITHUB_APP_CLIENT_SECRET/,
    );
    assert.doesNotMatch(complaint({ GITHUB_APP_CLIENT_ID: 'Iv23.client' }), /CLIENT_ID/);
  });

  it('takes several cookie secrets, each of at least 32 characters', () => {
    const [old, current] = ['o'.repeat(32), 'c'.repeat(32)];
    const { COOKIE_SECRETS } = readSaasEnvironment({ ...needed, COOKIE_SECRETS: `${current}, ${old}` });
    assert.deepEqual(
      COOKIE_SECRETS?.map((secret) => secret.reveal()),
      [current, old],
    );
    for (const bad of ['c'.repeat(31), `${current},short`, ',']) {
      assert.match(complaint({ ...needed, COOKIE_SECRETS: bad }), /^COOKIE_SECRETS must .* 32 characters/);
    }
  });

  it('demands shared secrets with a shared database, and names those that are missing', () => {
    const shared = { ...needed, DATABASE_URL: 'postgres://user:password@localhost/openhands' };
    const COOKIE_SECRETS = 'c'.repeat(32);
    const TOKEN_ENCRYPTION_KEYS = `k1:${'A'.repeat(43)}=`;
    assert.match(
      complaint(shared),
      /^COOKIE_SECRETS must be set when.* TOKEN_ENCRYPTION_KEYS must be set when/,
    );
    assert.match(complaint({ ...shared, COOKIE_SECRETS }), /^TOKEN_ENCRYPTION_KEYS must be set when/);
    assert.match(complaint({ ...shared, TOKEN_ENCRYPTION_KEYS }), /^COOKIE_SECRETS must be set when/);
    const { DATABASE_URL } = readSaasEnvironment({ ...shared, COOKIE_SECRETS, TOKEN_ENCRYPTION_KEYS });
    assert.doesNotMatch(inspect(DATABASE_URL), /password/);
  });

  it('takes the address of a PostgreSQL, and the number of connections to it', () => {
    for (const DATABASE_URL of ['mysql://localhost/db', 'localhost', 'postgres//x', 'postgres://a b']) {
      assert.match(complaint({ ...needed, DATABASE_URL }), /^DATABASE_URL must be set to an address such as/);
    }
    assert.equal(readSaasEnvironment(needed).DATABASE_POOL_SIZE, 10);
    for (const DATABASE_POOL_SIZE of ['0', '-1', '1000', 'many']) {
      assert.match(complaint({ ...needed, DATABASE_POOL_SIZE }), /^DATABASE_POOL_SIZE must be a number/);
    }
  });

  it('takes the address of a Redis', () => {
    for (const REDIS_URL of [
      'localhost:6379',
      'http://:guess@localhost',
      'redis://a b',
      'redis://localhost/guess',
      'redis://localhost/-1',
      'redis://:1/guess@localhost',
      'redis://:1#guess@localhost',
      'redis://:guess%@localhost',
      'unix://:gu/ess@/tmp/redis.sock',
      'unix://:guess%@/tmp/redis.sock',
      'unix:///',
    ]) {
      const said = complaint({ ...needed, REDIS_URL });
      assert.match(said, /^REDIS_URL must be an address such as redis:.*percent-encoded\.$/, REDIS_URL);
      assert.doesNotMatch(said, /gu\/?ess/);
    }
    const said = complaint({ ...needed, REDIS_URL: 'redis://:guess@localhost?timeout=1' });
    assert.match(said, /^REDIS_URL has an option that is not honored, timeout; there are db, /);
    assert.doesNotMatch(said, /guess/);
    const { REDIS_URL } = readSaasEnvironment({ ...needed, REDIS_URL: 'rediss://user:password@localhost/1' });
    assert.doesNotMatch(inspect(REDIS_URL), /password/);
  });

  it('takes what keys in Redis begin with', () => {
    const { REDIS_PREFIX } = readSaasEnvironment({ ...needed, REDIS_PREFIX: 'acme:' });
    assert.equal(REDIS_PREFIX, 'acme:');
    for (const bad of ['a b', '{acme}', 'acme*', 'x'.repeat(65)]) {
      assert.match(complaint({ ...needed, REDIS_PREFIX: bad }), /^REDIS_PREFIX must be 1 to 64 letters/);
    }
  });

  it('takes a session length with its unit', () => {
    const ttl = (SESSION_TTL: string) => readSaasEnvironment({ ...needed, SESSION_TTL }).SESSION_TTL;
    assert.deepEqual([ttl('12h'), ttl('1s'), ttl('2 days')], [43_200_000, 1_000, 172_800_000]);
    for (const bad of ['3600', 'soon', '-1d', '0s', '10ms', '2y', 'd']) {
      assert.match(
        complaint({ ...needed, SESSION_TTL: bad }),
        /^SESSION_TTL must be a time with its unit/,
        bad,
      );
    }
  });

  it('takes the longest time of a session, which has none unless it is given', () => {
    const max = (env: Record<string, string>) => readSaasEnvironment({ ...needed, ...env }).SESSION_MAX;
    assert.deepEqual([max({}), max({ SESSION_MAX: '12h' })], [undefined, 43_200_000]);
    for (const bad of ['3600', 'soon', '0s', '11y']) {
      assert.match(
        complaint({ ...needed, SESSION_MAX: bad }),
        /^SESSION_MAX must be a time with its unit/,
        bad,
      );
    }
  });

  it('takes origins, and nothing that no browser sends as one', () => {
    const { PERMITTED_CORS_ORIGINS } = readSaasEnvironment({
      ...needed,
      PERMITTED_CORS_ORIGINS: 'https://App.example:443, http://localhost:3001,',
    });
    assert.deepEqual(PERMITTED_CORS_ORIGINS, ['https://app.example', 'http://localhost:3001']);
    for (const bad of [
      '*',
      'app.example',
      'https://app.example/path',
      'null',
      'file:///',
      'https://*.example/x',
      'https://*.example',
      'https://app.*',
      'https://app.example,https://(app|www).example',
    ]) {
      assert.match(
        complaint({ ...needed, PERMITTED_CORS_ORIGINS: bad }),
        /^PERMITTED_CORS_ORIGINS must/,
        bad,
      );
    }
  });

  it('shows no secret, neither in what it is nor in what it complains of', () => {
    const secrets = {
      GITHUB_APP_CLIENT_SECRET: 'hush-1',
      GITHUB_APP_WEBHOOK_SECRET: 'hush-2',
      METRICS_TOKEN: 'hush-3',
      COOKIE_SECRETS: `hush-4-${'x'.repeat(32)}`,
    };
    const environment = readSaasEnvironment({ ...needed, ...secrets });
    assert.doesNotMatch(inspect(environment) + JSON.stringify(environment), /hush/);
    assert.doesNotMatch(complaint({ ...secrets, COOKIE_SECRETS: 'hush-5' }), /hush/);
  });
});
