import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clientAddress } from '../../lib/oss/client-address.ts';
import { ipAddressIn } from '../../lib/oss/ip-address-in.ts';

describe('ipAddressIn', () => {
  it('is the address without port, brackets and zone', () => {
    for (const [text, address] of [
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.1:80', '192.0.2.1'],
      ['192.0.2.1:', '192.0.2.1'],
      ['2001:db8::1', '2001:db8::1'],
      ['::1', '::1'],
      ['::', '::'],
      ['[2001:db8::1]', '2001:db8::1'],
      ['[2001:db8::1]:443', '2001:db8::1'],
      ['fe80::1%eth0', 'fe80::1'],
      ['[fe80::1%eth0]:80', 'fe80::1'],
      ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ] as const) {
      assert.equal(ipAddressIn(text), address, text);
    }
  });

  it('is nothing for what is no address', () => {
    for (const text of [
      '',
      'unknown',
      '_x',
      'localhost:80',
      '1.2.3',
      '1.2.3.4.5',
      '192.0.2.1:x',
      '[192.0.2.1',
      '[]:80',
    ]) {
      assert.equal(ipAddressIn(text), undefined, text);
    }
  });
});

describe('clientAddress', () => {
  it('is short, whatever the address is said to be', () => {
    const socket = { remoteAddress: '127.0.0.1' } as never;
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), fc.string(), (ip, tail) => {
        assert.ok(clientAddress({ ip: `${ip}%${tail}`, socket }).length <= 45);
        assert.ok(clientAddress({ ip, socket }).length <= 45);
      }),
    );
    assert.equal(clientAddress({ ip: 'nonsense', socket }), '127.0.0.1');
    assert.equal(clientAddress({ ip: undefined, socket: {} as never }), 'unknown');
  });
});
