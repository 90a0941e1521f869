import type { Layers } from '../declare/layers.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { overrideChain } from '../plan/entry.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanOptions } from '../plan/plan-options.ts';
import { describeWayBack, type PlannedMiddleware, type PlannedWayBack } from './describe-plan.ts';

/** A whole stack as data, for tools that draw it or reason about it. It can be sent as JSON. */
export interface StackOutline {
  /** The names of the layers, the highest, which is the outermost, first. */
  readonly layers: readonly string[];
  /** `stack.plan`. */
  readonly plan: readonly PlannedMiddleware[];
  /** `stack.wayBack`. */
  readonly wayBack: PlannedWayBack;
  /** The middleware that doesn't run, since another stands in for it. */
  readonly replaced: readonly ReplacedMiddleware[];
  /** The exclusive groups, each with how it was settled. */
  readonly groups: readonly SettledGroup[];
  /** The keys that are written before the stack runs. */
  readonly given: readonly string[];
  /** The keys that the routes behind the stack read. */
  readonly routeReads: readonly string[];
  /** `stack.diagnostics`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A middleware that another one replaces. */
export interface ReplacedMiddleware {
  readonly name: string;
  readonly layer: string;
  /** Where it was declared, as `file:line`. */
  readonly at: string;
  /** The name of the middleware of the plan that stands in for it. */
  readonly by: string;
}

/** An exclusive group: the key that the highest layer writes wins, and the others are always undefined. */
export interface SettledGroup {
  readonly name: string;
  readonly keys: readonly string[];
  /** The key that won, and the name of the middleware that writes it; undefined when none of the keys is written. */
  readonly winner: { readonly key: string; readonly middleware: string } | undefined;
}

/**
 * Makes the outline of a stack.
 *
 * @param planned - the plan as `stack.plan` tells it.
 */
export function outlineOf(
  layers: Layers,
  options: PlanOptions,
  plan: Plan,
  planned: readonly PlannedMiddleware[],
): StackOutline {
  return {
    layers: Object.keys(layers).reverse(),
    plan: planned,
    wayBack: describeWayBack(plan),
    replaced: plan.entries.flatMap((entry) => {
      const [, ...overridden] = overrideChain(entry);
      return overridden.map(({ name, layer, site }) => ({ name, layer, at: String(site), by: entry.name }));
    }),
    groups: Object.entries(options.exclusive ?? {}).map(([name, keys]) => ({
      name,
      keys,
      winner: winnerOf(name, keys, plan),
    })),
    given: options.given ?? [],
    routeReads: options.reads ?? [],
    diagnostics: plan.diagnostics,
  };
}

function winnerOf(
  group: string,
  keys: readonly string[],
  { access, losingKeys }: Plan,
): SettledGroup['winner'] {
  for (const key of keys) {
    const loss = losingKeys.get(key);
    if (loss?.group === group) return { key: loss.winner, middleware: loss.claimedBy.name };
  }
  // A group of one key has no losers.
  const [key = ''] = keys;
  const writer = access.providers.get(key)?.[0];
  return writer === undefined ? undefined : { key, middleware: writer.name };
}
