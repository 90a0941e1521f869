import assert from 'node:assert/strict';
import { Comeback } from '../../../lib/enterprise/redis/comeback.ts';

describe('Comeback', () => {
  let now: number;
  let comeback: Comeback;

  beforeEach(() => {
    now = 0;
    comeback = new Comeback(() => now);
  });

  /** It is used for a while, and fails. */
  const lasts = (ms: number) => {
    comeback.succeeded();
    now += ms;
    comeback.failed();
  };

  it('believes one good answer at first, and several once it has failed', () => {
    assert.equal(comeback.proofs, 1);
    comeback.failed();
    assert.equal(comeback.proofs, 3);
  });

  it('asks for more each time that it did not last, within bounds', () => {
    lasts(3_600_000);
    const asked = Array.from({ length: 4 }, () => {
      lasts(59_999);
      return comeback.proofs;
    });
    assert.deepEqual(asked, [6, 12, 12, 12]);
  });

  it('takes attempts that fail for no relapse', () => {
    lasts(1);
    for (let attempt = 0; attempt < 5; attempt += 1) comeback.failed();
    assert.equal(comeback.proofs, 3);
  });

  it('forgets that it did not last once it has', () => {
    for (let time = 0; time < 3; time += 1) lasts(1);
    lasts(60_000);
    assert.equal(comeback.proofs, 3);
  });

  it('tries at once, then after pauses that grow to a second, of which some is left to chance', () => {
    const pauses = Array.from({ length: 6 }, () => comeback.pause());
    for (const [index, longest] of [0, 250, 500, 1_000, 1_000, 1_000].entries()) {
      assert.ok(pauses[index]! <= longest && pauses[index]! >= longest / 2, String(pauses));
    }
    comeback.succeeded();
    assert.equal(comeback.pause(), 0);
  });
});
