import assert from 'node:assert/strict';
import { UsedFlows } from '../../../lib/enterprise/auth/used-flows.ts';

describe('UsedFlows', () => {
  it('tell a first use from any other, for as long as they were asked to', () => {
    let time = 0;
    const flows = new UsedFlows(() => time);
    assert.equal(flows.use('one', 1_000), true);
    time = 999;
    assert.equal(flows.use('one', 1_000), false);
    time = 1_000;
    assert.equal(flows.use('one', 1_000), true);
  });

  it('forget the oldest when there are too many', () => {
    const flows = new UsedFlows(() => 0);
    for (let flow = 0; flow <= 10_000; flow += 1) flows.use(String(flow), 1_000);
    assert.equal(flows.use('10000', 1_000), false);
    assert.equal(flows.use('0', 1_000), true);
  });
});
