import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PlannedMiddleware } from '../compose.ts';
import { errorCode } from '../oss/storage/storage-error.ts';
import { readTextFile } from '../oss/text-file.ts';
import { UsageError } from './command.ts';

/** The committed order of each stack, by its target. A line for each middleware, so that a review shows what moved. */
const lockFile = z.object({ version: z.literal(1), stacks: z.record(z.string(), z.array(z.string())) });

/** The order of stacks by their targets. */
export type LockedOrders = Readonly<Record<string, readonly string[]>>;

/** The order of a plan. Reasons and places in files are left out: they change without a change of order. */
export function orderLines(plan: readonly PlannedMiddleware[]): string[] {
  return plan.map(({ name, layer, overrides }) => {
    return `${name} (${layer})${overrides === undefined ? '' : ` for ${overrides}`}`;
  });
}

/**
 * @returns no orders when there is no such file.
 * @throws UsageError when it is no lock file.
 */
export async function readLock(path: string): Promise<LockedOrders> {
  try {
    return lockFile.parse(JSON.parse(await readTextFile(path))).stacks;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return {};
    throw new UsageError(`${path} is not a lock file as --write writes it.`, { cause });
  }
}

export async function writeLock(path: string, orders: LockedOrders): Promise<void> {
  const stacks = Object.fromEntries(Object.entries(orders).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(path, `${JSON.stringify({ version: 1, stacks }, null, 2)}\n`);
}
