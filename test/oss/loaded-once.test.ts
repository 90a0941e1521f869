import assert from 'node:assert/strict';
import { loadedOnce } from '../../lib/oss/loaded-once.ts';

describe('What is loaded once', () => {
  it('is loaded when it is first asked for, and is the same for all', async () => {
    let loads = 0;
    const load = loadedOnce(() => Promise.resolve({ number: ++loads }));
    assert.equal(loads, 0);
    const [one, other] = await Promise.all([load(), load()]);
    assert.equal(one, other);
    assert.equal(await load(), one);
    assert.equal(loads, 1);
  });

  it('is loaded anew when that has failed, which those learn who had asked', async () => {
    let loads = 0;
    const load = loadedOnce(async () => {
      await Promise.resolve();
      if (++loads === 1) throw new Error('too many open files');
      return loads;
    });
    const refused = await Promise.allSettled([load(), load()]);
    assert.deepEqual(
      refused.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await load(), 2);
  });
});
