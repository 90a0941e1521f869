import assert from 'node:assert/strict';
import { UsedFlows } from '../../../lib/enterprise/auth/used-flows.ts';
import type { SharedCache } from '../../../lib/enterprise/redis/shared-cache.ts';

describe('UsedFlows', () => {
  it('tell a first use from any other, for as long as they were asked to', async () => {
    let time = 0;
    const flows = new UsedFlows(() => time);
    assert.equal(await flows.use('one', 1_000), true);
    time = 999;
    assert.equal(await flows.use('one', 1_000), false);
    time = 1_000;
    assert.equal(await flows.use('one', 1_000), true);
  });

  it('forget the oldest when there are too many', async () => {
    const flows = new UsedFlows(() => 0);
    for (let flow = 0; flow <= 10_000; flow += 1) await flows.use(String(flow), 1_000);
    assert.equal(await flows.use('10000', 1_000), false);
    assert.equal(await flows.use('0', 1_000), true);
  });

  it('tell one of two uses at once, while another process is still being asked', async () => {
    const shared = { putIfAbsent: () => Promise.resolve(true) } as unknown as SharedCache;
    const flows = new UsedFlows(() => 0, shared);
    assert.deepEqual(await Promise.all([flows.use('one', 1_000), flows.use('one', 1_000)]), [true, false]);
  });
});
