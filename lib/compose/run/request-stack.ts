import type { Conflict } from './conflict.ts';
import type { Run } from './run.ts';
import type { HookOutcome, Stage } from './stage.ts';

/**
 * What an entry did with this request.
 *
 * - `'next'`: it called `next()`.
 * - `'error'`: it called `next(error)`, or it failed.
 * - `'route'`, `'router'`: it called `next('route')` or `next('router')`.
 * - `'ended'`: it ended the response.
 * - `'running'`: it has done none of these yet.
 * - `'passed'`: it did not run, since its path is another, or since it runs on errors and there was none, or the
 *   reverse.
 * - `'skipped'`: the request has not come so far.
 */
export type EntryOutcome = 'next' | 'error' | 'route' | 'router' | 'ended' | 'running' | 'passed' | 'skipped';

/** An entry of the stack on this request. Keys only, never values. */
export interface EntryReport {
  readonly name: string;
  readonly layer: string;
  readonly outcome: EntryOutcome;
  /** How long its turn lasted, in milliseconds; undefined if that was not measured. */
  readonly duration: number | undefined;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What it did on the way back; undefined if it has had no turn, or does nothing then. */
  readonly wayBack: WayBackReport | undefined;
}

/** What an entry did on the way back. Keys only, never values. */
export interface WayBackReport {
  /** Undefined if it has no such hook. */
  readonly beforeHeaders: HookOutcome | undefined;
  readonly afterResponse: HookOutcome | undefined;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** `req.stack`: what the stack has done with this request so far. Each property is worked out when it is read. */
export class RequestStack {
  readonly #run: Run;
  /** The `req.stack` of the stack that the request entered before this one, if there is one. */
  readonly outer: RequestStack | undefined;

  /** @internal */
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
    return this.#run.conflictsIfAny ?? [];
  }

  /** What each entry has done, in the order of running. */
  get entries(): readonly EntryReport[] {
    const run = this.#run;
    const furthest = furthestOf(run)?.position ?? -1;
    const passed = new Set(run.passed);
    return run.runtime.stages.map((stage) => {
      const { name, layer, position } = stage;
      if (position > furthest || passed.has(stage)) {
        const outcome = position > furthest ? 'skipped' : 'passed';
        return { name, layer, outcome, duration: undefined, reads: [], writes: [], wayBack: undefined };
      }
      const outcome = run.outcomeOf(stage);
      return {
        name,
        layer,
        outcome: outcome === 'running' && run.res.writableEnded ? 'ended' : outcome,
        duration: run.timingsIfAny?.durationOf(stage),
        ...keysOf(stage, run),
        wayBack: wayBackOf(stage, run),
      };
    });
  }

  /** What the routes behind the stack have read and written. */
  get application(): { readonly reads: readonly string[]; readonly writes: readonly string[] } {
    return keysOf(this.#run.runtime.application, this.#run);
  }

  toJSON(): Pick<RequestStack, 'order' | 'entries' | 'conflicts' | 'application'> {
    const { order, entries, conflicts, application } = this;
    return { order, entries, conflicts, application };
  }
}

/** The stage that the request has come to, or from which it left the stack early. */
function furthestOf({ furthest, signalsIfAny, runtime }: Run): Stage | undefined {
  if (furthest !== runtime.application || !signalsIfAny?.has(furthest)) return furthest;
  // A signal of the application means that the request left early, at the last stage that signaled before it.
  return [...signalsIfAny.keys()].at(-2);
}

function keysOf(stage: Stage, { stateIfAny }: Run): Pick<EntryReport, 'reads' | 'writes'> {
  return stateIfAny?.keysOf(stage) ?? { reads: [], writes: [] };
}

function wayBackOf({ back }: Stage, run: Run): WayBackReport | undefined {
  const { wayBackIfAny: wayBack } = run;
  if (back === undefined || wayBack === undefined) return undefined;
  return {
    beforeHeaders: wayBack.outcomeOf(back, 'beforeHeaders'),
    afterResponse: wayBack.outcomeOf(back, 'afterResponse'),
    ...keysOf(back.stage, run),
  };
}
