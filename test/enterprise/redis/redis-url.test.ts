import assert from 'node:assert/strict';
import { parseRedisUrl } from '../../../lib/enterprise/redis/redis-url.ts';

describe('parseRedisUrl', () => {
  const parsed = (text: string) => {
    const result = parseRedisUrl(text);
    assert.ok('address' in result, `${text} ${'complaint' in result ? result.complaint : ''}`);
    const { at, username, password, database } = result.address;
    return { ...at, username, password: password?.reveal(), database };
  };
  const complaint = (text: string) => {
    const result = parseRedisUrl(text);
    assert.ok('complaint' in result, text);
    return result.complaint;
  };
  const plain = { port: 6379, isEncrypted: false, authorities: undefined };
  const nobody = { username: undefined, password: undefined, database: 0 };

  it('reads where Redis is, as whom it is used, and which database', () => {
    assert.deepEqual(parsed('redis://redis'), { ...plain, ...nobody, host: 'redis' });
    assert.deepEqual(parsed('redis://[2001:db8::1]:7000/3'), {
      ...{ ...plain, ...nobody, host: '2001:db8::1', port: 7000, database: 3 },
    });
    assert.deepEqual(parsed('redis://us%40er:p%3Ass@h/?db=4'), {
      ...{ ...plain, host: 'h', username: 'us@er', password: 'p:ss', database: 4 },
    });
    assert.deepEqual(parsed('unix://user:p%2Fss@/run/my%20redis.sock?db=5'), {
      ...{ path: '/run/my redis.sock', username: 'user', password: 'p/ss', database: 5 },
    });
    assert.deepEqual(parsed('unix:///run/redis.sock'), { ...nobody, path: '/run/redis.sock' });
  });

  it('reads which authorities are trusted', () => {
    const authorities = (text: string) => (parsed(text) as { authorities?: string }).authorities;
    assert.equal(authorities('rediss://h?sslrootcert=/etc/redis%20ca.pem'), '/etc/redis ca.pem');
    assert.equal(authorities('rediss://h?sslrootcert=system'), 'system');
    assert.equal(authorities('rediss://h'), undefined);
  });

  it('refuses by its name what is not honored', () => {
    for (const option of ['ssl_cert_reqs', 'timeout', 'database', 'sslmode', 'tls', 'DB', 'sslcert']) {
      for (const address of ['redis://h', 'rediss://user:guess@h:1/2', 'unix:///tmp/redis.sock']) {
        const said = complaint(`${address}?${option}=guess`);
        assert.ok(said.startsWith(`has an option that is not honored, ${option}; there are db, `), said);
        assert.doesNotMatch(said, /guess/);
      }
    }
    assert.match(complaint('redis://h?db=1&timeout=2'), /, timeout;/);
  });

  it('does not show as a name what may be a part of a password', () => {
    assert.match(complaint('redis://h?1*guess'), /^has an option that is not honored; there are/);
    assert.match(complaint('redis://user:1?x=guess@h'), /^must be an address .* percent-encoded\.$/);
  });

  it('refuses what contradicts itself, or would be dropped', () => {
    for (const [text, said] of [
      ['redis://h/1?db=2', /number of a database twice/],
      ['redis://h?db=1&db=2', /option db twice/],
      ['redis://h?db=one', /no number of a database/],
      ['redis://h?db=', /no number of a database/],
      ['redis://h?sslrootcert=/ca.pem', /nothing is encrypted without rediss/],
      ['unix:///tmp/s?sslrootcert=/ca.pem', /nothing is encrypted without rediss/],
      ['rediss://h?sslrootcert=', /names no file/],
      ['redis://a:1,b:2', /^must be an address|several hosts/],
      ['redis://a,b', /several hosts/],
      ['redis://user@h', /user without a password/],
      ['unix://user:@/tmp/s', /user without a password/],
      ['redis:///1', /^must be an address/],
      ['redis://h:0', /^must be an address/],
      ['redis+sentinel://h', /^must be an address/],
    ] as const) {
      assert.match(complaint(text), said, text);
    }
  });
});
