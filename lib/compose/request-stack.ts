import type { Conflict } from './conflict.ts';
import type { Run, Step } from './run.ts';

/**
 * What became of an entry on this request. `'next'`, `'error'`, `'route'`, `'router'`: it handed the request on so.
 * `'ended'`: it ended the response. `'running'`: it has done neither yet. `'passed'`: the request did not concern it, by
 * its path or, for an error handler, for want of an error. `'skipped'`: the request has not come so far.
 */
export type EntryOutcome = 'next' | 'error' | 'route' | 'router' | 'ended' | 'running' | 'passed' | 'skipped';

/** An entry of the stack on this request. Keys only, never values. */
export interface EntryReport {
  readonly name: string;
  readonly layer: string;
  readonly outcome: EntryOutcome;
  /** How long the request was its own, in milliseconds; undefined if it was not measured. */
  readonly duration: number | undefined;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** `req.stack`: what the stack has done with this request so far. Worked out when it is asked. */
export class RequestStack {
  readonly #run: Run;
  /** The same of a stack that the request came through before this one. */
  readonly outer: RequestStack | undefined;

  constructor(run: Run, outer: RequestStack | undefined) {
    this.#run = run;
    this.outer = outer;
  }

  /** The names of all entries, in the order of running. */
  get order(): readonly string[] {
    return this.#run.runtime.order;
  }

  /** The conflicts so far, in the order in which they first arose. */
  get conflicts(): readonly Conflict[] {
    return this.#run.conflicts ?? [];
  }

  /** What each entry has done, in the order of running. */
  get entries(): readonly EntryReport[] {
    const { runtime, res } = this.#run;
    const steps = new Map<number, Step>();
    let furthest = -1;
    for (let step = this.#run.last; step !== undefined; step = step.previous) {
      const { position } = step.station;
      steps.set(position, step);
      // Who left by 'route' or 'router' has come no further than where it did.
      const hasLeftEarly = step.station === runtime.application && step.outcome !== 'running';
      if (position > furthest && !hasLeftEarly) furthest = position;
    }
    return runtime.stations.map(({ name, layer, position }) => {
      const step = steps.get(position);
      if (step === undefined) {
        const outcome = position < furthest ? 'passed' : 'skipped';
        return { name, layer, outcome, duration: undefined, reads: [], writes: [] };
      }
      return {
        name,
        layer,
        outcome: step.outcome === 'running' && res.writableEnded ? 'ended' : step.outcome,
        duration: durationOf(step),
        ...keysOf(step),
      };
    });
  }

  /** What the routes behind the stack have read and written. */
  get application(): { readonly reads: readonly string[]; readonly writes: readonly string[] } {
    const { last, runtime } = this.#run;
    return last?.station === runtime.application ? keysOf(last) : { reads: [], writes: [] };
  }

  toJSON(): Pick<RequestStack, 'order' | 'entries' | 'conflicts' | 'application'> {
    const { order, entries, conflicts, application } = this;
    return { order, entries, conflicts, application };
  }
}

function durationOf(step: Step): number | undefined {
  const duration = step.run.timings?.get(step)?.duration ?? -1;
  return duration < 0 ? undefined : duration;
}

function keysOf(step: Step): { reads: string[]; writes: string[] } {
  const { station, readTicks, writeTicks } = step;
  const unticked = step.run.unticked?.get(step);
  const ticked = (ticks: number): string[] => station.ticked.filter((_, bit) => (ticks & (1 << bit)) !== 0);
  return {
    reads: [...ticked(readTicks), ...(unticked?.reads ?? [])],
    writes: [...ticked(writeTicks), ...(unticked?.writes ?? [])],
  };
}
