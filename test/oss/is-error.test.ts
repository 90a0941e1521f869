import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { isError } from '../../lib/oss/is-error.ts';

describe('isError', () => {
  for (const [what, value] of [
    ['an error', new Error('of here')],
    ['an error of a class', new (class Own extends TypeError {})()],
    ['an error of another realm', runInNewContext('new RangeError("of there")')],
    ['an error of a class of another realm', runInNewContext('new (class Own extends Error {})()')],
    ['what an aborted signal throws', AbortSignal.abort().reason],
    ['an error made without a constructor', Object.create(Error.prototype)],
  ] as const) {
    it(`takes ${what}`, () => assert.equal(isError(value), true));
  }

  for (const value of [
    undefined,
    null,
    'Error',
    42,
    {},
    { name: 'Error', message: 'm', stack: 's' },
    Error,
  ]) {
    it(`does not take ${inspect(value)}`, () => assert.equal(isError(value), false));
  }
});
