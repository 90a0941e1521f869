import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BackingOffUsers } from '../../../lib/enterprise/tokens/backing-off-users.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is still in use, in bytes: how much waits to be collected depends on how Node was started. */
function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe('BackingOffUsers', () => {
  let time = 0;
  let users: BackingOffUsers;

  beforeEach(() => {
    time = 1_000_000;
    users = new BackingOffUsers(() => time);
  });

  it('are counted until their pauses end', () => {
    users.add(time + 500);
    users.add(time + 1_000);
    users.add(time + 60_000);
    assert.equal(users.size, 3);
    time += 1_000;
    assert.equal(users.size, 1);
    time += 59_000;
    assert.equal(users.size, 0);
  });

  it('take no more memory than the longest pause has seconds, though nobody reads the metric', () => {
    const before = heapInUse();
    for (let user = 0; user < 300_000; user += 1) users.add(time + (user % 60_000));
    assert.equal(users.size, 300_000 - 5);
    assert.ok(heapInUse() - before < 1_000_000);
  });

  it('take no more memory with the time that has gone by, either', () => {
    const before = heapInUse();
    for (let second = 0; second < 1_000_000; second += 1) {
      time += 1_000;
      users.add(time + 5_000);
    }
    assert.ok(heapInUse() - before < 1_000_000);
    assert.equal(users.size, 5);
  });
});
