import type { Plan } from '../plan/plan.ts';
import { Station } from './stage.ts';
import { Step } from './state-view.ts';

/** The stations of a plan, and the application's. */
export interface Line {
  readonly stations: readonly Station[];
  readonly application: Station;
  readonly numberOf: ReadonlyMap<string, number>;
}

export function buildLine(plan: Plan): Line {
  const numberOf = new Map(plan.keys.map((key) => [key, Step.declare(key)]));
  const known = { losses: plan.losses, numberOf, size: 1 + Math.max(-1, ...numberOf.values()) };
  return {
    numberOf,
    stations: plan.entries.map(
      (entry, position) => new Station(entry, position, entry.middleware.handle, entry.middleware, known),
    ),
    application: new Station(
      { name: 'application', layer: '', rank: -1, handlesErrors: false, prefixes: undefined },
      plan.entries.length,
      undefined,
      { reads: plan.keys, writes: plan.keys },
      known,
    ),
  };
}
