import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { LosingKey } from '../plan/exclusive.ts';
import type { ConflictReporter, RecordedConflict } from './conflict-reporter.ts';
import type { StackObserver } from './observer.ts';
import type { ReplacedNext, RequestContext } from './request-context.ts';
import type { BackHook, HookOutcome, Stage, StageBack } from './stage.ts';
import { Timings } from './timings.ts';
import { type EmptyTables, TrackedState } from './tracked-state.ts';

/** A request as the engine sees it: only the engine may set its `state` and `stack`. */
export interface EnteredRequest extends Request {
  state: Request['state'];
  stack: Request['stack'];
}

/** What all requests through one stack share. */
export interface StackRuntime extends EmptyTables {
  readonly stages: readonly Stage[];
  /** The routes behind the stack, as one more stage. */
  readonly application: Stage;
  /** What is done on the way back, in the order of acting. */
  readonly wayBack: readonly StageBack[];
  readonly keys: readonly string[];
  /** The index of each key in the tables of a request, from 1. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** The same by the key's number (see `StateView.declare`); 0 if the key is another stack's. */
  readonly indexByNumber: Int32Array;
  readonly losingKeys: ReadonlyMap<string, LosingKey>;
  readonly reporter: ConflictReporter;
  readonly observers: Set<StackObserver>;
  /** The names of the stages. */
  readonly order: readonly string[];
  /** What the tables of {@link Timings} begin as copies of. */
  readonly noTimes: readonly number[];
  /** The stack itself, the handler that an application mounts. */
  handler: RequestHandler | undefined;
  /** Undefined in production. */
  readonly watch: Watch | undefined;
}

/** Watches requests for the person who develops the app. */
export interface Watch {
  /** A request has entered the stack, and no stage has had its turn. */
  entered(run: Run): void;
  /** The engine hands control back: the request has been answered, or it waits where it is. */
  settled(run: Run): void;
  /** The promise of a stage's handler is fulfilled. */
  fulfilled(run: Run, stage: Stage): void;
}

/** The way back of a request, if a stage that acts there has had its turn. */
export interface RunBack {
  /** A stage that acts on the way back has its turn. */
  meet(back: StageBack): void;
  /** What has become of a hook. Undefined for a stage that has no such hook, or has had no turn. */
  outcomeOf(back: StageBack, hook: BackHook): HookOutcome | undefined;
}

/** How a stage handed a request on, other than by `next()`: by an error, `next('route')` or `next('router')`. */
export type Signal = 'error' | 'route' | 'router';

/** Whether every stage is timed, or traced as well, since the tracing channel has a subscriber. */
export type Instrumentation = 'timed' | 'traced' | undefined;

/** One request on its way through one stack. A stage has at most one turn in a run. */
export class Run {
  // `declare`: else each request would set these to undefined before the constructor sets them.
  declare readonly runtime: StackRuntime;
  declare readonly req: EnteredRequest;
  declare readonly res: Response;
  /** The `next` that the stack was called with: it leaves the stack. */
  declare readonly out: NextFunction;
  declare readonly context: RequestContext;
  /** What `req.state` was before the stack: a view of an earlier or outer stack, or the host's own object. */
  declare readonly outer: object | undefined;
  /** The run of the outer stack, if this stack is an entry of another one. */
  declare readonly host: Run | undefined;
  declare readonly instrumentation: Instrumentation;
  /** Whether the stack stands in a route, as in `app.get(path, stack)`. */
  isInRoute = false;
  /** What `req.next` is within the stack, if a router has set one that it replaces. */
  requestNext: NextFunction | undefined = undefined;
  /** The run that replaced the `req.next` of the same router before this one. */
  replacedBefore: ReplacedNext | undefined = undefined;
  /** What `req.next` becomes again behind the stack, where it was not {@link out}. */
  outerNext: NextFunction | undefined = undefined;
  /** The `next` of the {@link furthest} stage. */
  next: NextFunction | undefined = undefined;
  /** The last stage that has had its turn; the application once the request has left the stack. */
  furthest: Stage | undefined = undefined;
  /** What was thrown behind the stack. Express never does that to its middleware; a caller of the stack may. */
  failureBehind: { readonly reason: unknown } | undefined = undefined;
  /** Whether the request waits for a fresh call stack: one stage has handed it on, and the next has not begun. */
  isOnTrampoline = false;
  /** {@link state}, if there is any yet. */
  stateIfAny: TrackedState | undefined = undefined;
  /** {@link timings}, if there are any yet. */
  timingsIfAny: Timings | undefined = undefined;
  /** {@link signals}, if there are any yet. */
  signalsIfAny: Map<Stage, Signal> | undefined = undefined;
  /** {@link conflicts}, if there are any yet. */
  conflictsIfAny: RecordedConflict[] | undefined = undefined;
  /** The way back, once a stage has come that acts on it. */
  wayBackIfAny: RunBack | undefined = undefined;
  /** The stages that did not take the request, in this order. */
  passed: Stage[] | undefined = undefined;

  constructor(
    runtime: StackRuntime,
    req: EnteredRequest,
    res: Response,
    out: NextFunction,
    context: RequestContext,
    outer: object | undefined,
    host: Run | undefined,
    instrumentation: Instrumentation,
  ) {
    this.runtime = runtime;
    this.req = req;
    this.res = res;
    this.out = out;
    this.context = context;
    this.outer = outer;
    this.host = host;
    this.instrumentation = instrumentation;
  }

  get state(): TrackedState {
    return (this.stateIfAny ??= new TrackedState(this.runtime));
  }

  get timings(): Timings {
    return (this.timingsIfAny ??= new Timings(this.runtime.noTimes));
  }

  /** The stages that handed the request on other than by `next()`, in this order. */
  get signals(): Map<Stage, Signal> {
    return (this.signalsIfAny ??= new Map<Stage, Signal>());
  }

  get conflicts(): RecordedConflict[] {
    return (this.conflictsIfAny ??= []);
  }

  /** Records that a stage does not take the request. */
  passBy(stage: Stage): void {
    (this.passed ??= []).push(stage);
  }

  /** What a stage has done in its turn. Only for a stage that has had one. */
  outcomeOf(stage: Stage): StageOutcome {
    const signal = this.signalsIfAny?.get(stage);
    if (signal !== undefined) return signal;
    return this.furthest === stage && !this.isOnTrampoline ? 'running' : 'next';
  }
}

/** How a stage has handed the request on; `'running'` if it has not. */
export type StageOutcome = Signal | 'running' | 'next';
