import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { LosingKey } from '../plan/exclusive.ts';
import type { ConflictReporter, RecordedConflict } from './conflict-reporter.ts';
import type { StackObserver } from './observer.ts';
import type { Stage } from './stage.ts';
import { Timings } from './timings.ts';
import { type EmptyTables, TrackedState } from './tracked-state.ts';
import type { ReplacedNext, Turn } from './turn.ts';

/** A request as the engine sees it, which alone may say what its `state` and `stack` are. */
export interface EnteredRequest extends Request {
  state: Request['state'];
  stack: Request['stack'];
}

/** What all requests through one stack share. */
export interface StackRuntime extends EmptyTables {
  readonly stages: readonly Stage[];
  /** The routes behind the stack, as one more stage. */
  readonly application: Stage;
  readonly keys: readonly string[];
  /** The place of each key in the tables of a request, from 1. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** The same by the key's number (see `StateView.declare`); 0 if the key is another stack's. */
  readonly indexByNumber: Int32Array;
  readonly losingKeys: ReadonlyMap<string, LosingKey>;
  readonly reporter: ConflictReporter;
  readonly observers: Set<StackObserver>;
  /** The names of the stages. */
  readonly order: readonly string[];
  readonly noTimes: readonly number[];
  /** The stack itself, as it stands in an application. */
  handler: RequestHandler | undefined;
}

/** How a request was handed on where that was not by simply calling `next()`. */
export type Signal = 'error' | 'route' | 'router';

/** Whether every stage is timed, or traced as well because somebody listens to the tracing channel. */
export type Instrumentation = 'timed' | 'traced' | undefined;

/** One request on its way through the stack. Each stage has one turn at most, so a stage stands for its turn. */
export class Run {
  // `declare`: what the constructor sets need not be set to undefined first, on every request.
  declare readonly runtime: StackRuntime;
  declare readonly req: EnteredRequest;
  declare readonly res: Response;
  /** Leaves the stack. */
  declare readonly out: NextFunction;
  declare readonly turn: Turn;
  /** What `req.state` was before the stack: the view of a stack further out, or the host's own object. */
  declare readonly outer: object | undefined;
  /** The run of the stack in whose layer this one stands. */
  declare readonly host: Run | undefined;
  declare readonly instrumentation: Instrumentation;
  /** Whether the stack stands in a route, as in `app.get(path, stack)`. */
  isInRoute = false;
  /** `req.next` in the stack, if there is a router whose one it replaces. */
  requestNext: NextFunction | undefined = undefined;
  /** The run that has replaced the same router's one before. */
  replacedBefore: ReplacedNext | undefined = undefined;
  /** What `req.next` has to be again behind the stack, if it is not {@link out}. */
  outerNext: NextFunction | undefined = undefined;
  /** The `next` of the stage that the request has come to last. */
  next: NextFunction | undefined = undefined;
  /** Where the request is, or was when it left the stack. */
  furthest: Stage | undefined = undefined;
  /** Whether the request is between two call stacks: the last stage has handed it on, the next one is put off. */
  isOnTrampoline = false;
  /** {@link state}, if there is any yet. */
  stateIfAny: TrackedState | undefined = undefined;
  /** {@link timings}, if there are any yet. */
  timingsIfAny: Timings | undefined = undefined;
  /** {@link signals}, if there are any yet. */
  signalsIfAny: Map<Stage, Signal> | undefined = undefined;
  /** {@link conflicts}, if there are any yet. */
  conflictsIfAny: RecordedConflict[] | undefined = undefined;
  /** The stages that the request did not concern, in this order. */
  passed: Stage[] | undefined = undefined;

  constructor(
    runtime: StackRuntime,
    req: EnteredRequest,
    res: Response,
    out: NextFunction,
    turn: Turn,
    outer: object | undefined,
    host: Run | undefined,
    instrumentation: Instrumentation,
  ) {
    this.runtime = runtime;
    this.req = req;
    this.res = res;
    this.out = out;
    this.turn = turn;
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

  /** Who handed the request on otherwise than by simply calling `next()`, in this order. */
  get signals(): Map<Stage, Signal> {
    return (this.signalsIfAny ??= new Map<Stage, Signal>());
  }

  get conflicts(): RecordedConflict[] {
    return (this.conflictsIfAny ??= []);
  }

  /** Notes that the request does not concern a stage. */
  passBy(stage: Stage): void {
    (this.passed ??= []).push(stage);
  }

  /** How a stage that has had its turn has handed the request on, or that it has not. */
  outcomeOf(stage: Stage): StageOutcome {
    const signal = this.signalsIfAny?.get(stage);
    if (signal !== undefined) return signal;
    return this.furthest === stage && !this.isOnTrampoline ? 'running' : 'next';
  }
}

/** How a stage has handed the request on, or that it has not. */
export type StageOutcome = Signal | 'running' | 'next';
