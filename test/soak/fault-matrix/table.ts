/** The fault matrix as the tables of `docs/github-failures.md`. */
import { markdownTable } from '../../docs/markdown-table.ts';
import type { Cell } from './cell.ts';
import { LOST, OCCASIONS } from './faults.ts';
import { FAULT_NAMES, type Matrix, nameOf } from './matrix.ts';
import { type Step, STEPS } from './steps.ts';

/** Markdown, in the form that Prettier gives it. */
export function tablesOf(matrix: Matrix): string {
  return STEPS.map((step) => {
    const rows = FAULT_NAMES.map((fault) => [
      LOST.has(fault) ? `${fault} \\*` : fault,
      ...OCCASIONS.map((occasion) => textOf(step, matrix.get(nameOf(step, fault, occasion)))),
    ]);
    return `### ${step.title}\n\n\`${step.on}\`\n\n${markdownTable([['GitHub’s answer is', ...OCCASIONS], ...rows])}\n`;
  }).join('\n');
}

function textOf(step: Step, cell: Cell | Error | undefined): string {
  if (cell === undefined || cell instanceof Error) return 'not known';
  const statuses = cell.answers.map(({ status }) => status).join(' ');
  const calls = `${cell.calls} calls`;
  if (!step.signsOut) return [statuses, calls, cell.later === 200 ? 'kept' : 'sign in again'].join(', ');
  const { queued } = cell.stored;
  return [statuses, calls, queued === 0 ? 'given back' : `${queued} queued`].join(', ');
}
