import { explain } from '../plan/constraints.ts';
import { type Entry, overrideChain } from '../plan/entry.ts';
import type { Plan } from '../plan/plan.ts';

/** An entry of `stack.plan`. */
export interface PlannedMiddleware {
  readonly name: string;
  readonly layer: string;
  /** Why it stands where it does. */
  readonly because: string;
  /** The name of the middleware that it replaces. */
  readonly overrides?: string;
  readonly path?: readonly string[];
  /** The same for a `mount`: the prefixes that are taken off `req.url` while it runs. */
  readonly mount?: readonly string[];
  /** As declared: an optional read ends in `?`. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly updates: readonly string[];
  readonly headers: readonly string[];
  readonly ends: readonly number[];
  /** The statuses of the errors that it may hand on. */
  readonly fails: readonly number[];
  /** Set for an error handler, which runs only on an error that arose before its place. */
  readonly handlesErrors?: true;
  /** Where it was declared, as `file:line`. */
  readonly at: string;
}

/** The plan as people and tools read it, in the order of running. */
export function describePlan({ entries, constraints }: Plan): readonly PlannedMiddleware[] {
  const reasons = new Map<Entry, Set<string>>();
  for (const constraint of constraints) {
    const known = reasons.get(constraint.then) ?? new Set();
    reasons.set(constraint.then, known.add(explain(constraint)));
  }
  return entries.map((entry) => {
    const { middleware } = entry;
    return {
      name: entry.name,
      layer: entry.layer,
      because: because(entry, reasons.get(entry)),
      ...(entry.overridden && { overrides: entry.overridden.name }),
      ...(middleware.path !== undefined && { path: [middleware.path].flat() }),
      ...(middleware.mount !== undefined && { mount: [middleware.mount].flat() }),
      reads: middleware.reads,
      writes: middleware.writes,
      updates: middleware.updates ?? [],
      headers: middleware.headers ?? [],
      ends: middleware.ends ?? [],
      fails: middleware.fails ?? [],
      ...(entry.handlesErrors && { handlesErrors: true }),
      at: String(entry.site),
    };
  });
}

/** Why an entry stands where it does, in words. */
function because(entry: Entry, reasons: ReadonlySet<string> | undefined): string {
  const place = [...overrideChain(entry)].at(-1) ?? entry;
  const declared = `number ${place.ordinal} of ${place.layer}`;
  return [
    entry.overridden ? `takes the place of ${place.name} (${declared})` : declared,
    ...(reasons ?? []),
  ].join('; ');
}
