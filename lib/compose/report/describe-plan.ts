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
  /** What it reads on the way back only. */
  readonly readsAfter: readonly string[];
  readonly headers: readonly string[];
  readonly ends: readonly number[];
  /** The statuses of the errors that it may hand on. */
  readonly fails: readonly number[];
  /** Set for an error handler, which runs only on an error that arose before its place. */
  readonly handlesErrors?: true;
  /** Set if it acts when the headers of the answer are about to be sent; see `stack.wayBack`. */
  readonly beforeHeaders?: true;
  /** Set if it acts when the answer is done. */
  readonly afterResponse?: true;
  /** Where it was declared, as `file:line`. */
  readonly at: string;
}

/** `stack.wayBack`: the names of who acts on the way back, in the order of acting. The last one has the last word. */
export interface PlannedWayBack {
  /** When the headers of the answer are about to be sent. */
  readonly beforeHeaders: readonly string[];
  /** When the answer is done, or the client has gone away. */
  readonly afterResponse: readonly string[];
}

/** The way back as people and tools read it. */
export function describeWayBack({ wayBack }: Plan): PlannedWayBack {
  const namesWith = (hook: 'beforeHeaders' | 'afterResponse'): string[] =>
    wayBack.filter(({ middleware }) => middleware[hook] !== undefined).map(({ name }) => name);
  return { beforeHeaders: namesWith('beforeHeaders'), afterResponse: namesWith('afterResponse') };
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
      readsAfter: middleware.readsAfter ?? [],
      headers: middleware.headers ?? [],
      ends: middleware.ends ?? [],
      fails: middleware.fails ?? [],
      ...(entry.handlesErrors && { handlesErrors: true }),
      ...(middleware.beforeHeaders && { beforeHeaders: true }),
      ...(middleware.afterResponse && { afterResponse: true }),
      // For a server, which tells only how many there are, the trace need not be read.
      get at() {
        return String(entry.site);
      },
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
