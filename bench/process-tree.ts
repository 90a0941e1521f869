/** Processes, as Linux has them. */
import { readFile } from 'node:fs/promises';

/** The ids of the processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

/** CPU time of a process so far, and of each that it has started, in microseconds. */
export async function cpuMicrosOfTree(pid: number): Promise<number[]> {
  return Promise.all([pid, ...(await childrenOf(pid))].map(cpuMicrosOf));
}

/** See proc(5): clock ticks, which are hundredths of a second everywhere. */
async function cpuMicrosOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
