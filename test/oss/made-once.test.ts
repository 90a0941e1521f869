import assert from 'node:assert/strict';
import { madeOnce } from '../../lib/oss/made-once.ts';

describe('What is made once', () => {
  it('is made when it is first asked for, and no second time', () => {
    let times = 0;
    const it = madeOnce(() => ({ number: ++times }));
    assert.equal(times, 0);
    assert.equal(it(), it());
    assert.equal(times, 1);
  });

  it('may be undefined', () => {
    let times = 0;
    const it = madeOnce((): unknown => {
      times++;
      return undefined;
    });
    assert.equal(it(), undefined);
    assert.equal(it(), undefined);
    assert.equal(times, 1);
  });

  it('is asked for again after it could not be made', () => {
    let times = 0;
    const it = madeOnce(() => {
      if (times++ === 0) throw new Error('Not yet.');
      return 'made';
    });
    assert.throws(it, /Not yet/);
    assert.equal(it(), 'made');
  });
});
