import type { NextFunction, Request, Response } from 'express';
import type { Conflict } from './conflict.ts';
import type { Station } from './station.ts';
import type { StackRuntime } from './runtime.ts';
import type { StateView } from './state-view.ts';

/** One request on its way through the stack. */
export class Run {
  readonly runtime: StackRuntime;
  readonly req: Request;
  readonly res: Response;
  /** Leaves the stack. */
  readonly out: NextFunction;
  /** The values of the plan's keys, by index. */
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
  /** How many steps deep the call stack is. */
  depth = 0;

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
    this.timed = timed;
    this.traced = traced;
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** How a step has handed the request on, or that it has not. */
export type StepOutcome = 'running' | 'next' | 'error' | 'route' | 'router';

/** One middleware's turn on one request. */
export class Step {
  readonly run: Run;
  readonly station: Station;
  /** The `req.state` of this step. */
  readonly view: StateView;
  readonly previous: Step | undefined;
  outcome: StepOutcome = 'running';
  /** Which of the station's keys it has read and written: `Station.ticked` says which bit is which. */
  readTicks = 0;
  writeTicks = 0;
  /** The keys without a tick that it has read and written. */
  moreReads: Set<string> | undefined = undefined;
  moreWrites: Set<string> | undefined = undefined;
  /** When it started, or, if it is not timed, when it began to make the request wait; 0 before that. */
  since = 0;
  /** In milliseconds; negative as long as nobody has measured. */
  duration = -1;
  /** Whether its handler is on the call stack, in the part before any `await`. */
  onStack = true;
  /** While it is, and it has called `next`: what `req.state` shall be when it returns. */
  deeper: Request['state'] | undefined = undefined;

  constructor(run: Run, station: Station) {
    this.run = run;
    this.station = station;
    this.view = new run.runtime.View(this);
    this.previous = run.last;
    run.last = this;
  }
}
