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
    ]) {
      assert.equal(returnPath(path), '/');
    }
  });

  it('answers / to what is no string, is broken, or would not fit in a cookie', () => {
    for (const value of [undefined, null, ['/a', '/b'], { a: '/a' }, '/%', '/%zz', `/${'a'.repeat(2_000)}`]) {
      assert.equal(returnPath(value), '/');
    }
  });

  it('answers the page of this server, where that is not /', () => {
    assert.equal(returnPath('//evil.example', '/openhands/'), '/openhands/');
    assert.equal(returnPath('/openhands/settings', '/openhands/'), '/openhands/settings');
  });

  it('never leaves the origin, whatever is thrown at it', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2f',
      '%5c',
      '%2e',
      '\t',
      '\n',
      '@',
      ':',
      'http',
      'evil',
      '?',
      '#',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const location = returnPath(pieces.join(''));
        assert.equal(new URL(location, 'https://own.example').origin, 'https://own.example');
        assert.match(location, /^\/(?![/\\])/);
      }),
      { numRuns: 5_000 },
    );
  });
});
