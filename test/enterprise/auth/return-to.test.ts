import assert from 'node:assert/strict';
import fc from 'fast-check';
import { returnPath } from '../../../lib/enterprise/auth/return-to.ts';

describe('returnPath', () => {
  it('keeps a path with its query and fragment', () => {
    for (const path of [
      '/',
      '/settings',
      '/a/b?c=d&e=%2Ff#g',
      '/?next=https://other.example/',
      '/caf%C3%A9',
      '/a%20b/100%25/%2525',
      '/a%2Fb/..%2Fc',
    ]) {
      assert.equal(returnPath(path), path);
    }
  });

  it('normalizes as a browser does', () => {
    assert.equal(returnPath('/a/../b/./c'), '/b/c');
  });

  it('answers / to everything that could lead to another origin', () => {
    const hostile = [
      '//evil.example',
      '///evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/%2Fevil.example',
      '/%2fevil.example',
      '/%5Cevil.example',
      '%2F%2Fevil.example',
      '/.//evil.example',
      '/..//evil.example',
      '/a/..//evil.example',
      '/%2e//evil.example',
      '/\t/evil.example',
      '/\n/evil.example',
      '/%09/evil.example',
      '/%0d%0aSet-Cookie:x=y',
      '/x/../%2fevil.example',
      '/x/../%5Cevil.example',
      '/x/..\\%2Fevil.example',
      '/x/%2e%2e/%2fevil.example',
      '/x/%2E./%5cevil.example',
      '/./%2fevil.example',
      '/.%2f/evil.example',
      '/%2e%2f/evil.example',
      '/x/..%2f%2fevil.example',
      '/x%2f..%2f%2fevil.example',
      '/x/%2e%2e%5c%5cevil.example',
      '/x/../%252fevil.example',
      '/%252fevil.example',
      '/%25252fevil.example',
      '/%2525252f%5cevil.example',
      '/x/../%09/evil.example',
      '/x/../%0a%2fevil.example',
      '/?a=%0d%0ab',
      '\t//evil.example',
      ' //evil.example',
      'https://evil.example/',
      'http:evil.example',
      'javascript:alert(1)',
      'evil.example',
      '@evil.example',
      '',
      '?a',
      '#a',
    ];
    for (const path of hostile) assert.equal(returnPath(path), '/', JSON.stringify(path));
  });

  it('answers / to the paths of sign-in itself, which would go round in a circle', () => {
    for (const path of [
      '/oauth/github/authorize',
      '/OAuth/github/callback',
      '/x/../oauth/github/authorize',
      '/%6fauth/github/authorize',
      '/x/..%2foauth/github/authorize',
    ]) {
      assert.equal(returnPath(path), '/');
    }
  });

  it('answers / to what is no string, is broken, or would not fit in a cookie', () => {
    for (const value of [
      undefined,
      null,
      ['/a', '/b'],
      { a: '/a' },
      '/%',
      '/%zz',
      `/${'a'.repeat(2_000)}`,
      `/${'é'.repeat(500)}`,
    ]) {
      assert.equal(returnPath(value), '/');
    }
  });

  it('answers the page of this server, where that is not /', () => {
    assert.equal(returnPath('//evil.example', '/openhands/'), '/openhands/');
    assert.equal(returnPath('/openhands/settings', '/openhands/'), '/openhands/settings');
  });

  const piece = fc.constantFrom(
    ...[
      '/',
      '\\',
      '.',
      '..',
      '%2f',
      '%5C',
      '%2e',
      '%25',
      '%252f',
      '%09',
      '\t',
      '\n',
      '@',
      ':',
      'http',
      'evil',
      '?',
      '#',
    ],
  );
  const anything = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));

  it('never leaves the origin, whatever is thrown at it', () => {
    fc.assert(
      fc.property(anything, (requested) => {
        const location = returnPath(requested);
        assert.equal(new URL(location, 'https://own.example').origin, 'https://own.example');
        assert.match(location, /^\/(?![/\\])/);
      }),
      { numRuns: 5_000 },
    );
  });

  it('never gives what it would refuse, nor what becomes so where a proxy decodes paths', () => {
    const own = 'https://own.example';
    fc.assert(
      fc.property(anything, (requested) => {
        const location = returnPath(`/x/../${requested}`);
        assert.equal(returnPath(location), location);
        const { pathname } = new URL(location, own);
        let decoded = pathname;
        for (let round = 0; round < 4; round += 1) {
          decoded = decoded.replace(/%([0-7][\da-f])/gi, (_, hex: string) =>
            String.fromCharCode(parseInt(hex, 16)),
          );
          assert.equal(new URL(decoded, own).origin, own);
          assert.doesNotMatch(new URL(decoded, own).pathname, /^\/[/\\]/);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
