import type { NextFunction, Request, Response } from 'express';
import type { Conflict } from './conflict.ts';
import type { Station } from './station.ts';
import type { StackRuntime } from './runtime.ts';

/** A request as the engine sees it, which alone may say what its `state` and `stack` are. */
export interface EnteredRequest extends Request {
  state: Request['state'];
  stack: Request['stack'];
}

/** One request on its way through the stack. */
export class Run {
  readonly runtime: StackRuntime;
  readonly req: EnteredRequest;
  readonly res: Response;
  /** Leaves the stack. */
  readonly out: NextFunction;
  /** The values of the keys, by their numbers. */
  readonly values: unknown[];
  /** Who wrote each of them last. */
  readonly writers: (Station | undefined)[];
  /** What was written under keys that the plan doesn't know. */
  extra: Map<string, { value: unknown; writer: Station }> | undefined = undefined;
  /** The step that was started last. */
  last: Step | undefined = undefined;
  conflicts: Writable<Conflict>[] | undefined = undefined;
  /** What `req.state` was before the stack: a stack further out, or the host's own. */
  readonly outer: object | undefined;
  /** Whether every step is timed. */
  readonly timed: boolean;
  /** Whether somebody listens to the tracing channel. */
  readonly traced: boolean;
  /** The steps that have been timed, which most are not. */
  timings: Map<Step, StepTiming> | undefined = undefined;
  /** The keys without a tick that steps have read and written. */
  unticked: Map<Step, UntickedKeys> | undefined = undefined;
  /** How many steps deep the call stack is, each with its handler in the part before any `await`. */
  depth = 0;
  /** The `req.state` of whoever is furthest in. */
  furthest: Request['state'];

  constructor(
    runtime: StackRuntime,
    req: Request,
    res: Response,
    out: NextFunction,
    outer: object | undefined,
    timed: boolean,
    traced: boolean,
  ) {
    this.runtime = runtime;
    this.req = req;
    this.res = res;
    this.out = out;
    this.values = runtime.noValues.slice();
    this.writers = runtime.noWriters.slice();
    this.outer = outer;
    this.furthest = req.state;
    this.timed = timed;
    this.traced = traced;
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** How a step has handed the request on, or that it has not. */
export type StepOutcome = 'running' | 'next' | 'error' | 'route' | 'router';

/** The keys that a step has read and written, and that have no tick. */
export interface UntickedKeys {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

/** In milliseconds. */
export interface StepTiming {
  /** When the step began, or, if not every step is timed, when it began to make the request wait. */
  readonly since: number;
  /** Negative as long as it is not over. */
  duration: number;
}

/** One middleware's turn on one request. There are many, so it holds no more than every one needs. */
export class Step {
  readonly run: Run;
  readonly station: Station;
  readonly previous: Step | undefined;
  outcome: StepOutcome = 'running';
  /** Which of the station's keys it has read and written: `Station.ticked` says which bit is which. */
  readTicks = 0;
  writeTicks = 0;

  constructor(run: Run, station: Station) {
    this.run = run;
    this.station = station;
    this.previous = run.last;
    run.last = this;
  }
}
