import assert from 'node:assert/strict';
import { printReport } from '../../../lib/learn/report/print-report.ts';

describe('A report in a terminal', () => {
  const report = (note: string) => printReport({ findings: [], notes: [note], requests: 1 }, 'table');

  it('cuts a note that would hide the findings, and says where all of it is', () => {
    const note = Array.from({ length: 200 }, (_, index) => `GET /${index} app.js:${index}`).join(', ');
    const lines = report(note).split('\n');
    assert.equal(lines.length, 10);
    assert.equal(lines.at(-1), '        … --format json has all of them.');
    assert.match(printReport({ findings: [], notes: [note], requests: 1 }, 'json'), /GET \/199 app\.js:199/);
  });

  it('has all of a short note', () => {
    assert.equal(report('Nothing is known.'), 'No findings in 1 request.\n\n  note: Nothing is known.');
  });
});
