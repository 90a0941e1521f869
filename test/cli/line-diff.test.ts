import assert from 'node:assert/strict';
import { lineDiff } from '../../lib/cli/line-diff.ts';

describe('lineDiff', () => {
  const diff = (was: string, is: string) => lineDiff(Array.from(was), Array.from(is)).join('|');

  it('shows what has come, what has gone, and what was moved', () => {
    assert.equal(diff('ab', 'axb'), '  a|+ x|  b');
    assert.equal(diff('axb', 'ab'), '  a|- x|  b');
    assert.equal(diff('abc', 'bca'), '- a|  b|  c|+ a');
    assert.equal(diff('', 'a'), '+ a');
    assert.equal(diff('a', ''), '- a');
  });

  it('keeps as many lines as it can', () => {
    assert.equal(diff('abcd', 'acbd'), '  a|- b|  c|+ b|  d');
  });

  it('is empty when they agree', () => {
    assert.deepEqual(lineDiff(['a', 'b'], ['a', 'b']), []);
    assert.deepEqual(lineDiff([], []), []);
  });
});
