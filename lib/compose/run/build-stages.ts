import { isRequestKey, keyOfRead } from '../declare/keys.ts';
import type { Middleware } from '../declare/middleware.ts';
import type { Plan } from '../plan/plan.ts';
import { type Declared, Stage } from './stage.ts';
import { StateView } from './state-view.ts';

/** The stages of a plan, and what finds a key in their tables. */
export interface Stages {
  readonly stages: readonly Stage[];
  /** The routes behind the stack, as one more stage, which may read and write every key. */
  readonly application: Stage;
  /** The place of each key in the tables of a request, from 1. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** The same by the key's number (see `StateView.declare`); 0 if the key is another stack's. */
  readonly indexByNumber: Int32Array;
}

/** Makes a stage of each entry of a plan, once for all requests. */
export function buildStages(plan: Plan): Stages {
  const indexOf = new Map(plan.keys.map((key, place) => [key, place + 1]));
  const numbers = plan.keys.map((key) => StateView.declare(key));
  const indexByNumber = new Int32Array(1 + Math.max(-1, ...numbers));
  numbers.forEach((number, place) => (indexByNumber[number] = place + 1));
  const known = { losingKeys: plan.losingKeys, indexOf };
  return {
    indexOf,
    indexByNumber,
    stages: plan.entries.map(
      (entry, position) =>
        new Stage(entry, position, entry.middleware.handle, stateOnly(entry.middleware), known),
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

/** A declaration without the keys of the request itself, which nothing is done about on a request. */
function stateOnly({ reads, writes, updates = [], path, mount }: Middleware): Declared {
  const ofState = (keys: readonly string[]): string[] => keys.filter((key) => !isRequestKey(key));
  return {
    reads: ofState(reads.map(keyOfRead)),
    writes: ofState([...writes, ...updates]),
    ...(path !== undefined && { path }),
    ...(mount !== undefined && { mount }),
  };
}
