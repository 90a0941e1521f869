import assert from 'node:assert/strict';
import type { Finding, LearnReport } from '../../../lib/learn/report/finding.ts';
import { newFindings } from '../../../lib/learn/report/new-findings.ts';

const KNOWN: Finding = {
  id: 'L102',
  level: 'warning',
  message: 'It reads too early.',
  hint: 'Move it.',
  middlewares: ['tenant', 'app.ts:7'],
  key: 'req.user',
  places: [
    { name: 'tenant', at: 'app.ts:5' },
    { name: 'app.ts:7', at: 'app.ts:7' },
  ],
  requests: ['GET /'],
  seen: true,
};
const report = (finding: Finding): LearnReport => ({ findings: [finding], notes: [], requests: 1 });

describe('A finding', () => {
  for (const [what, change] of [
    ['another id', { id: 'L103' }],
    ['other handlers', { middlewares: ['guard', 'app.ts:7'] }],
    ['another key', { key: 'req.session' }],
  ] as const) {
    it(`is new with ${what}`, () => {
      const found = { ...KNOWN, ...change };
      assert.deepEqual(newFindings(report(found), report(KNOWN)), [found]);
    });
  }

  it('is known where only the lines have moved, also that of a handler without a name', () => {
    const places = [
      { name: 'tenant', at: 'app.ts:15' },
      { name: 'app.ts:17', at: 'app.ts:17' },
    ];
    const moved = { ...KNOWN, middlewares: ['tenant', 'app.ts:17'], places };
    assert.deepEqual(newFindings(report(moved), report(KNOWN)), []);
  });
});
