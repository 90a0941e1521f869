import { isRequestKey, keyOfRead } from '../declare/keys.ts';
import type { Middleware } from '../declare/middleware.ts';
import type { Plan } from '../plan/plan.ts';
import { type Declared, Stage, type StageBack } from './stage.ts';
import { StateView } from './state-view.ts';

/** The stages of a plan, and what finds a key in their tables. */
export interface Stages {
  readonly stages: readonly Stage[];
  /** The routes behind the stack, as one more stage, which may read and write every key. */
  readonly application: Stage;
  /** What the stages do on the way back, in the order of acting. */
  readonly wayBack: readonly StageBack[];
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

  const stages = plan.entries.map(
    (entry, position) =>
      new Stage(entry, position, entry.middleware.handle, onWayIn(entry.middleware), known),
  );
  const behind = plan.entries.length + 1;
  const wayBack = plan.wayBack.map((entry, place): StageBack => {
    const { name, layer, rank, middleware } = entry;
    const { beforeHeaders, afterResponse } = middleware;
    const who = { name, layer, rank, handlesErrors: false, prefixes: undefined };
    const back = {
      place,
      stage: new Stage(who, behind + place, undefined, onWayBack(middleware), known),
      ...(beforeHeaders && { beforeHeaders }),
      ...(afterResponse && { afterResponse }),
    };
    const stage = stages[plan.entries.indexOf(entry)];
    if (stage !== undefined) stage.back = back;
    return back;
  });
  return {
    indexOf,
    indexByNumber,
    stages,
    wayBack,
    application: new Stage(
      { name: 'application', layer: '', rank: -1, handlesErrors: false, prefixes: undefined },
      plan.entries.length,
      undefined,
      { reads: plan.keys, writes: plan.keys },
      known,
    ),
  };
}

/** What a stage does on the way in. What it reads after that it reads in listeners of its own, unless it has a hook. */
function onWayIn(middleware: Middleware): Declared {
  const { reads, readsAfter = [], path, mount, beforeHeaders, afterResponse } = middleware;
  const hasHook = beforeHeaders !== undefined || afterResponse !== undefined;
  return {
    reads: stateKeys([...reads.map(keyOfRead), ...(hasHook ? [] : readsAfter)]),
    writes: writesOf(middleware),
    ...(path !== undefined && { path }),
    ...(mount !== undefined && { mount }),
  };
}

function onWayBack(middleware: Middleware): Declared {
  const { reads, readsAfter = [] } = middleware;
  return { reads: stateKeys([...reads.map(keyOfRead), ...readsAfter]), writes: writesOf(middleware) };
}

function writesOf({ writes, updates = [] }: Middleware): readonly string[] {
  return stateKeys([...writes, ...updates]);
}

/** Without the keys of the request itself, about which nothing is done on a request. */
function stateKeys(keys: readonly string[]): string[] {
  return keys.filter((key) => !isRequestKey(key));
}
