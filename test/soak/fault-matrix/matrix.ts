/** All cells of the fault matrix, several at a time: most of them wait for a GitHub that does not answer. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cell, runCell } from './cell.ts';
import { type FaultName, FAULTS, type Occasion, OCCASIONS } from './faults.ts';
import { type Step, STEPS } from './steps.ts';

const AT_ONCE = 12;

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** A cell that could not be run to its end is the error instead, so that the others still can be seen. */
export type Matrix = ReadonlyMap<string, Cell | Error>;

export function nameOf(step: Step, fault: FaultName, occasion: Occasion): string {
  return `${step.title}; ${fault}, ${occasion}`;
}

export async function runMatrix(): Promise<Matrix> {
  const folder = await mkdtemp(join(tmpdir(), 'fault-matrix-'));
  const matrix = new Map<string, Cell | Error>();
  const cells = STEPS.flatMap((step) =>
    FAULT_NAMES.flatMap((fault) => OCCASIONS.map((occasion) => ({ step, fault, occasion }))),
  ).values();
  const work = async (worker: number): Promise<void> => {
    const allowList = join(folder, `${worker}.txt`);
    for (const { step, fault, occasion } of cells) {
      await writeFile(allowList, (step.allowed ?? []).join('\n'));
      const cell = await runCell(step, fault, occasion, allowList).catch((error: unknown) => error as Error);
      matrix.set(nameOf(step, fault, occasion), cell);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(worker)));
  await rm(folder, { recursive: true });
  return matrix;
}
