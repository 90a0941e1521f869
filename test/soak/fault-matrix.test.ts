import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { Cell } from './fault-matrix/cell.ts';
import { type FaultName, LOST, OCCASIONS } from './fault-matrix/faults.ts';
import { FAULT_NAMES, type Matrix, nameOf, runMatrix } from './fault-matrix/matrix.ts';
import { type Step, STEPS } from './fault-matrix/steps.ts';
import { tablesOf } from './fault-matrix/table.ts';

const DOCUMENT = new URL('../../docs/github-failures.md', import.meta.url);
const TABLES = /(?<=<!-- The tables are written by .* -->\n\n)[^]*/;

describe('When GitHub fails', () => {
  let matrix: Matrix;

  before(async function () {
    this.timeout(900_000);
    matrix = await runMatrix();
  });

  for (const step of STEPS) {
    describe(step.title, () => {
      for (const fault of FAULT_NAMES) {
        it(`loses no token that works, and gives the answer that is due, for ${fault}`, () => {
          for (const occasion of OCCASIONS) {
            const cell = matrix.get(nameOf(step, fault, occasion));
            if (cell === undefined || cell instanceof Error) assert.fail(cell);
            check(step, fault, cell, occasion);
          }
        });
      }
    });
  }

  it('answers, stores and calls as the tables of docs/github-failures.md say', async () => {
    const tables = tablesOf(matrix);
    const document = await readFile(DOCUMENT, 'utf8');
    // After a change that is meant: UPDATE_TABLES=1 npm run test:soak -- -g 'When GitHub fails'
    if (process.env.UPDATE_TABLES === '1') await writeFile(DOCUMENT, document.replace(TABLES, tables));
    else assert.equal(TABLES.exec(document)?.[0], tables);
  });
});

function check(step: Step, fault: FaultName, cell: Cell, occasion: string): void {
  const { answers, stored } = cell;
  // GitHub has rotated the pair, and the new one is lost on its way: nobody can help that. Nothing else is lost.
  const isLost = step.rotates && LOST.has(fault);
  for (const { status, retryAfter } of answers) {
    assert.ok([200, 302, 401, 403, 404, 429, 503].includes(status), `${occasion}: ${status}`);
    if (status === 429 || status === 503) assert.match(retryAfter ?? '', /^[1-9]\d*$/, occasion);
  }
  if (!isLost) {
    assert.equal(cell.reused, 0, occasion);
    assert.equal(stored.signedOut, 0, occasion);
    assert.ok(!answers.some(({ code }) => code === 'not_authenticated'), occasion);
  }
  if (step.signsOut) {
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], occasion);
    assert.equal(stored.signedIn, 0, occasion);
    assert.equal(cell.later, 401, occasion);
    if (!isLost) assert.equal(cell.grantsLeft, 0, occasion);
  } else if (!isLost) {
    assert.equal(cell.later, 200, occasion);
  }
  assert.equal(cell.afterSignIn, 200, occasion);
  // After a 401 once more, and as often with a new token.
  const most = (step.calls ?? 1) * (fault === 'status 401' ? 4 : 1);
  assert.ok(cell.calls <= most * answers.length, `${occasion}: ${cell.calls} calls`);
}
