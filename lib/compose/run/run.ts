import type { NextFunction, Request, Response } from 'express';
import { RunNotes, type Signal } from './run-notes.ts';
import type { StackRuntime } from './runtime.ts';
import type { Stage } from './stage.ts';
import { TrackedState } from './tracked-state.ts';

/** A request as the engine sees it, which alone may say what its `state` and `stack` are. */
export interface EnteredRequest extends Request {
  state: Request['state'];
  stack: Request['stack'];
}

/**
 * One request on its way through the stack. Each stage has one turn at most, so what is known of a step is found by
 * its stage.
 */
export class Run {
  // `declare`: what the constructor sets need not be set to undefined first, on every request.
  declare readonly runtime: StackRuntime;
  declare readonly req: EnteredRequest;
  declare readonly res: Response;
  /** Leaves the stack. */
  declare readonly out: NextFunction;
  /** What `req.state` was before the stack: a stack further out, or the host's own. */
  declare readonly outer: object | undefined;
  /** Whether every step is timed, or traced as well because somebody listens to the tracing channel. */
  declare readonly instrumentation: 'timed' | 'traced' | undefined;
  /** The step that was started last. */
  last: Request['state'] | undefined = undefined;
  /** Whose step that is. */
  lastStage: Stage | undefined = undefined;
  /** The `req.state` that another stack, behind this one, has put in the place of this one's. */
  innerState: Request['state'] | undefined = undefined;
  /** {@link state}, if there is one yet. */
  stateIfAny: TrackedState | undefined = undefined;
  /** {@link notes}, if there are any yet. */
  noted: RunNotes | undefined = undefined;

  constructor(
    runtime: StackRuntime,
    req: EnteredRequest,
    res: Response,
    out: NextFunction,
    instrumentation: 'timed' | 'traced' | undefined,
  ) {
    const outer: unknown = req.state;
    this.runtime = runtime;
    this.req = req;
    this.res = res;
    this.out = out;
    this.outer = typeof outer === 'object' && outer !== null ? outer : undefined;
    this.instrumentation = instrumentation;
  }

  get state(): TrackedState {
    return (this.stateIfAny ??= new TrackedState(this.runtime));
  }

  get notes(): RunNotes {
    return (this.noted ??= new RunNotes(this.runtime));
  }

  /** Gives the turn to the middleware furthest in, when none further out has it again. */
  syncState(): void {
    const state = this.innerState ?? this.last;
    if (state !== undefined) this.req.state = state;
  }

  /** Where the request is, or was when it left the stack. */
  get furthest(): Stage | undefined {
    const stage = this.lastStage;
    const signals = this.noted?.signals;
    if (stage !== this.runtime.application || !signals?.has(stage)) return stage;
    // It has left early, from the last stage that signaled, and the application has noted the same signal.
    return [...signals.keys()].at(-2);
  }

  /** How a stage that has had its turn has handed the request on, or that it has not. */
  outcomeOf(stage: Stage): StepOutcome {
    const signal = this.noted?.signals.get(stage);
    if (signal !== undefined) return signal;
    return this.lastStage === stage && !this.noted?.trampoline ? 'running' : 'next';
  }
}

/** How a step has handed the request on, or that it has not. */
export type StepOutcome = Signal | 'running' | 'next';
