import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PlannedRoute, Stack } from '../compose.ts';
import { errorCode } from '../oss/storage/storage-error.ts';
import { readTextFile } from '../oss/text-file.ts';
import { UsageError } from './command.ts';

const orders = z.record(z.string(), z.array(z.string()));
/**
 * The committed order of each stack, and of the routes behind it, by target. A line for each middleware and each route, so
 * that a review shows what moved.
 */
const lockFile = z.object({ version: z.literal(1), stacks: orders, routes: orders.default({}) });

/** The orders by the targets of their stacks. */
export interface LockedOrders {
  readonly stacks: Readonly<Record<string, readonly string[]>>;
  readonly routes: Readonly<Record<string, readonly string[]>>;
}

/**
 * The order of a stack, and behind it that of the way back. Reasons and places in files are left out: they change without a
 * change of order.
 */
export function orderLines({ plan, wayBack }: Pick<Stack, 'plan' | 'wayBack'>): string[] {
  const placed = new Map(plan.map(({ name, layer }) => [name, `${name} (${layer})`]));
  const back = (when: string, names: readonly string[]) =>
    names.map((name) => `${when}: ${placed.get(name) ?? name}`);
  return [
    ...plan.map(({ name, layer, overrides }) => {
      return `${name} (${layer})${overrides === undefined ? '' : ` for ${overrides}`}`;
    }),
    ...back('before the headers', wayBack.beforeHeaders),
    ...back('after the response', wayBack.afterResponse),
  ];
}

/** The routes of a plan that are reached, each with what it takes the place of, and with what a request passes before. */
export function routeLines(plan: readonly PlannedRoute[]): string[] {
  return plan
    .filter(({ replacedBy, hiddenBy }) => replacedBy === undefined && hiddenBy === undefined)
    .map(({ method, path, layer, overrides, through }) => {
      const instead = overrides.length === 0 ? '' : ` for ${overrides.join(', ')}`;
      const before = through.length === 0 ? '' : ` through ${through.join(', ')}`;
      return `${method} ${path} (${layer})${instead}${before}`;
    });
}

/**
 * @returns no orders when there is no such file.
 * @throws UsageError when it is no lock file.
 */
export async function readLock(path: string): Promise<LockedOrders> {
  try {
    return lockFile.parse(JSON.parse(await readTextFile(path)));
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return { stacks: {}, routes: {} };
    throw new UsageError(`${path} is not a lock file as --write writes it.`, { cause });
  }
}

/** Writes a lock file, its targets in the order of the alphabet. */
export async function writeLock(path: string, { stacks, routes }: LockedOrders): Promise<void> {
  const hasRoutes = Object.keys(routes).length > 0;
  const locked = { version: 1, stacks: sorted(stacks), ...(hasRoutes && { routes: sorted(routes) }) };
  await writeFile(path, `${JSON.stringify(locked, null, 2)}\n`);
}

function sorted(byTarget: LockedOrders['stacks']): LockedOrders['stacks'] {
  return Object.fromEntries(Object.entries(byTarget).sort(([a], [b]) => (a < b ? -1 : 1)));
}
