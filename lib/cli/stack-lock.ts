import { z } from 'zod';
import type { PlannedMiddleware } from '../compose.ts';
import { UsageError } from './command.ts';

/** The committed order of a stack. Reasons and places in files are left out: they change without a change of order. */
const lockFile = z.object({
  version: z.literal(1),
  order: z.array(z.object({ name: z.string(), layer: z.string(), overrides: z.string().optional() })),
});

type LockFile = z.infer<typeof lockFile>;

export function lockOf(plan: readonly PlannedMiddleware[]): LockFile {
  return {
    version: 1,
    order: plan.map(({ name, layer, overrides }) => ({ name, layer, ...(overrides && { overrides }) })),
  };
}

/**
 * @returns the lines of a diff, `-` for the lock and `+` for the plan; none if they agree.
 * @throws UsageError when the lock is not one.
 */
export function compareWithLock(plan: readonly PlannedMiddleware[], lock: unknown): string[] {
  const parsed = lockFile.safeParse(lock);
  if (!parsed.success) throw new UsageError('The lock file has not the form that --write gives it.');
  const was = parsed.data.order.map(line);
  const is = lockOf(plan).order.map(line);
  const lines = diff(was, is);
  return lines.some((text) => !text.startsWith(' ')) ? lines : [];
}

function line({ name, layer, overrides }: LockFile['order'][number]): string {
  return `${name} (${layer})${overrides === undefined ? '' : ` for ${overrides}`}`;
}

/** By the longest common subsequence, as `diff` does. */
function diff(was: readonly string[], is: readonly string[]): string[] {
  const common = commonLengths(was, is);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < was.length || j < is.length) {
    if (i < was.length && was[i] === is[j]) {
      lines.push(`  ${was[i++] ?? ''}`);
      j++;
    } else if (i < was.length && (j >= is.length || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      lines.push(`- ${was[i++] ?? ''}`);
    } else {
      lines.push(`+ ${is[j++] ?? ''}`);
    }
  }
  return lines;
}

/** How long the longest common subsequence is from each pair of places on. */
function commonLengths(was: readonly string[], is: readonly string[]): number[][] {
  const lengths = Array.from({ length: was.length + 1 }, () => new Array<number>(is.length + 1).fill(0));
  for (let i = was.length - 1; i >= 0; i--) {
    for (let j = is.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        was[i] === is[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
