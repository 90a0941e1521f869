/**
 * A request on its way through the stages of a stack, from top to bottom: `dispatch` finds the next stage that takes it,
 * `enter` and `invoke` give that one its turn, and the functions below answer what its handler does.
 */
import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ConflictError, NEXT_MISUSE } from './conflict.ts';
import { setNextOf } from './express-request.ts';
import type { Run } from './run.ts';
import { errorOf, type Stage } from './stage.ts';
import { replaceState, StateView } from './state-view.ts';
import { isThenable } from './thenable.ts';
import { invokeTraced } from './tracing.ts';

/** After so many stages in a row the call stack starts anew, as all of them may call `next` at once. */
const FRESH_STACK_EVERY = 300;

/** Takes a request without an error to the first stage from `position` on that it concerns, or out of the stack. */
export function dispatch(run: Run, position: number): void {
  const { stages } = run.runtime;
  let stage = stages[position];
  while (stage !== undefined && !stage.takesAll && !stage.takes(run.req, false)) {
    run.passBy(stage);
    stage = stages[stage.position + 1];
  }
  if (stage === undefined) exit(run);
  else enter(run, stage, stage.handle as RequestHandler, undefined, position - 1);
}

/** Gives a stage its turn, on a call stack of its own where the present one may have become deep. */
function enter(run: Run, stage: Stage, handle: RequestHandler, error: unknown, from: number): void {
  if (stage.position < FRESH_STACK_EVERY || !needsFreshStack(stage.position, from)) {
    invoke(run, stage, handle, error);
  } else {
    trampoline(run, stage, handle, error);
  }
}

/** Whether so many stages lie between two places that the call stack has to start anew. */
function needsFreshStack(position: number, from: number): boolean {
  return Math.floor(position / FRESH_STACK_EVERY) > Math.floor(Math.max(from, 0) / FRESH_STACK_EVERY);
}

/** One middleware's turn. */
function invoke(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  const { turn } = run;
  if (!StateView.is(turn.holder.state)) takeReplacement(run);
  const view = new StateView(run, stage);
  run.furthest = stage;
  turn.advance(view);
  let isOver = false as boolean;
  const next = (signal?: unknown): void => {
    if (isOver) {
      onLateNext(run, stage, signal);
      return;
    }
    if (signal || run.furthest !== stage || run.instrumentation !== undefined) onNext(run, stage, signal);
    else dispatch(run, stage.position + 1);
    // What the handler does after `next()` is still its own doing.
    turn.give(view);
  };
  run.next = next;
  try {
    const result: unknown =
      run.instrumentation === undefined
        ? handle(run.req, run.res, next)
        : invokeInstrumented(run, stage, handle, error, next);
    if (result !== undefined) onResult(run, stage, result);
  } catch (thrown) {
    onFailure(run, stage, thrown);
  }
  isOver = true;
  if (run.furthest === stage) onReturn(run, stage);
}

function invokeInstrumented(
  run: Run,
  stage: Stage,
  handle: RequestHandler,
  error: unknown,
  next: (signal?: unknown) => void,
): unknown {
  run.timings.begin(stage, run.timings.clock);
  if (run.instrumentation === 'timed') return handle(run.req, run.res, next);
  return invokeTraced(run, stage, error, next, (reason) => {
    onFailure(run, stage, reason);
  });
}

/** A handler has called its `next`: the first call counts. */
function onNext(run: Run, stage: Stage, signal: unknown): void {
  if (run.outcomeOf(stage) !== 'running') {
    run.runtime.reporter.report(run, stage, 'S307', NEXT_MISUSE.S307);
    return;
  }
  run.timingsIfAny?.end(stage);
  if (!signal) {
    dispatch(run, stage.position + 1);
  } else if (signal === 'router') {
    run.signals.set(stage, signal);
    exit(run, signal);
  } else if (signal === 'route') {
    run.signals.set(stage, signal);
    if (run.isInRoute) exit(run, signal);
    else dispatch(run, stage.position + 1);
  } else {
    run.signals.set(stage, 'error');
    dispatchError(run, stage, signal);
  }
}

/** A handler has called its `next` after it had returned. */
export function onLateNext(run: Run, stage: Stage, signal: unknown): void {
  onNext(run, stage, signal);
  settle(run);
}

/** Takes a request on to the next error handler that concerns it. */
function dispatchError(run: Run, from: Stage, error: unknown): void {
  for (const stage of run.runtime.stages.slice(from.position + 1)) {
    if (stage.takes(run.req, true)) {
      const handle = stage.handle as ErrorRequestHandler;
      const bound: RequestHandler = (req, res, next) => handle(error, req, res, next);
      enter(run, stage, bound, error, from.position);
      return;
    }
    run.passBy(stage);
  }
  exit(run, error);
}

/** A handler has thrown, or its promise was rejected. */
function onFailure(run: Run, stage: Stage, reason: unknown): void {
  if (run.outcomeOf(stage) === 'running') {
    onLateNext(run, stage, errorOf(reason, stage));
    return;
  }
  if (reason instanceof ConflictError) return;
  // The request has gone on, so nobody further in may get this error; yet it must not vanish.
  try {
    run.runtime.reporter.report(run, stage, 'S308', NEXT_MISUSE.S308, { error: reason });
  } catch {
    // `onConflict: 'error'` throws at the handler that caused the conflict, and that one is over. It has been logged.
  }
}

/** A handler has returned something: if that is a promise, its turn is not over. */
function onResult(run: Run, stage: Stage, result: unknown): void {
  if (!isThenable(result)) return;
  result.then(
    () => {
      onReturn(run, stage);
    },
    (reason: unknown) => {
      onFailure(run, stage, reason);
    },
  );
}

/** A handler has returned without calling `next`: it has ended the response, or it makes the request wait. */
function onReturn(run: Run, stage: Stage): void {
  if (run.outcomeOf(stage) !== 'running') return;
  if (run.res.writableEnded) run.timingsIfAny?.end(stage);
  else run.timings.begin(stage, performance.now());
}

/** Goes on with a call stack of its own. */
function trampoline(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  if (run.isOnTrampoline && run.furthest !== undefined) {
    run.runtime.reporter.report(run, run.furthest, 'S307', NEXT_MISUSE.S307);
    return;
  }
  run.isOnTrampoline = true;
  setImmediate(() => {
    run.isOnTrampoline = false;
    invoke(run, stage, handle, error);
    settle(run);
  });
}

/** Behind the last middleware, or where one says so: from here on `req.state` is the application's view. */
export function exit(run: Run, signal?: unknown, out = run.out): void {
  const { application } = run.runtime;
  if (signal === 'route' || signal === 'router') run.signals.set(application, signal);
  if (!StateView.is(run.turn.holder.state)) takeReplacement(run);
  run.furthest = application;
  run.turn.advance(new StateView(run, application));
  if (run.outerNext !== undefined) setNextOf(run.req, run.turn, run.outerNext);
  if (signal === undefined) out();
  else out(signal);
}

/** A call into the engine is over, and nobody further out has the turn again: it is where the request is furthest in. */
export function settle(run: Run): void {
  const { turn } = run;
  if (!StateView.is(turn.holder.state)) takeReplacement(run);
  if (turn.innermost !== undefined) turn.give(turn.innermost);
}

/** Something else is in the place of a plain `req.state`. A setter would have seen it at once. */
function takeReplacement({ turn }: Run): void {
  // Before the first turn it is the host's own.
  if (turn.innermost === undefined) return;
  const given = turn.holder.state;
  turn.give(turn.innermost);
  replaceState(turn.innermost, given);
}
