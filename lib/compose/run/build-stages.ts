import type { Plan } from '../plan/plan.ts';
import { Stage } from './stage.ts';
import { StateView } from './state-view.ts';

/** The stages of a plan, and the application's. */
export interface Stages {
  readonly stages: readonly Stage[];
  readonly application: Stage;
  readonly indexOf: ReadonlyMap<string, number>;
}

export function buildStages(plan: Plan): Stages {
  const indexOf = new Map(plan.keys.map((key) => [key, StateView.declare(key)]));
  const known = { losingKeys: plan.losingKeys, indexOf, size: 1 + Math.max(-1, ...indexOf.values()) };
  return {
    indexOf,
    stages: plan.entries.map(
      (entry, position) => new Stage(entry, position, entry.middleware.handle, entry.middleware, known),
    ),
    application: new Stage(
      { name: 'application', layer: '', rank: -1, handlesErrors: false, prefixes: undefined },
      plan.entries.length,
      undefined,
      { reads: plan.keys, writes: plan.keys },
      known,
    ),
  };
}
