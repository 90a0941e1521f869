import assert from 'node:assert/strict';
import { addressAfter } from '../../../lib/enterprise/redis/moved-address.ts';
import { redisAddress } from '../../../lib/enterprise/redis/redis-url.ts';
import { Secret } from '../../../lib/oss/secret.ts';

describe('The address after a MOVED', () => {
  const from = redisAddress(new Secret('rediss://user:password@node-1:7000?sslrootcert=/ca.pem'));
  const after = (message: string) => {
    const at = addressAfter(new Error(message), from)?.at;
    return at !== undefined && 'host' in at ? [at.host, at.port] : at;
  };

  it('is the one that it names, or the same host where it names none', () => {
    assert.deepEqual(after('MOVED 3999 10.0.0.2:6381'), ['10.0.0.2', 6381]);
    assert.deepEqual(after('MOVED 3999 fd00::2:6381'), ['fd00::2', 6381]);
    assert.deepEqual(after('MOVED 3999 :6381'), ['node-1', 6381]);
  });

  it('has the login and the encryption of the one before', () => {
    assert.deepEqual(addressAfter(new Error('MOVED 1 node-2:7000'), from), {
      ...from,
      at: { ...from.at, host: 'node-2' },
    });
  });

  it('is none for what says nothing of that kind', () => {
    assert.equal(after('ASK 3999 10.0.0.2:6381'), undefined);
    assert.equal(after('READONLY MOVED 3999 10.0.0.2:6381'), undefined);
    const socket = redisAddress(new Secret('unix:///run/redis.sock'));
    assert.equal(addressAfter(new Error('MOVED 3999 10.0.0.2:6381'), socket), undefined);
  });
});
