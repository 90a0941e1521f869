import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ConflictError } from './conflict.ts';
import { standsInRoute } from './express-route.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import type { Run } from './run.ts';
import { errorOf, type Stage } from './stage.ts';
import { StateView } from './state-view.ts';
import { isThenable } from './thenable.ts';
import { invokeTraced } from './tracing.ts';

/** After so many stages in a row the call stack starts anew, as all of them may call `next` at once. */
const FRESH_STACK_EVERY = 300;

/** Takes a request without an error to the first stage from `position` on that it concerns, or out of the stack. */
export function dispatch(run: Run, position: number): void {
  const { stages } = run.runtime;
  let stage = stages[position];
  while (stage !== undefined && !stage.takesAll && !stage.takes(run.req, false)) {
    run.state.passBy(stage);
    stage = stages[stage.position + 1];
  }
  if (stage === undefined) exit(run);
  else enter(run, stage, stage.handle as RequestHandler, undefined, position - 1);
}

/** Gives a stage its turn, on a call stack of its own where the present one may have become deep. */
function enter(run: Run, stage: Stage, handle: RequestHandler, error: unknown, from: number): void {
  if (needsFreshStack(stage.position, from)) trampoline(run, stage, handle, error);
  else invoke(run, stage, handle, error);
}

/** Whether so many stages lie between two places that the call stack has to start anew. */
function needsFreshStack(position: number, from: number): boolean {
  return (
    position >= FRESH_STACK_EVERY &&
    Math.floor(position / FRESH_STACK_EVERY) > Math.floor(Math.max(from, 0) / FRESH_STACK_EVERY)
  );
}

/** One middleware's turn. */
function invoke(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  const view = new StateView(run, stage);
  run.req.state = view;
  let isOver = false as boolean;
  const next = (signal?: unknown): void => {
    const { req } = StateView.runOf(view);
    if (isOver || signal) {
      onNext(view, signal);
      if (isOver) {
        StateView.runOf(view).syncState();
        return;
      }
    } else advance(view);
    // What the handler does after `next()` is still its own doing.
    req.state = view;
  };
  try {
    const result: unknown =
      run.instrumentation === undefined
        ? handle(run.req, run.res, next)
        : invokeInstrumented(view, handle, error, next);
    if (result !== undefined) onResult(view, result);
  } catch (thrown) {
    onFailure(view, thrown);
  }
  isOver = true;
  if (run.last === view) onReturn(view);
}

/** A handler has called `next()` while it ran. */
function advance(view: StateView): void {
  const run = StateView.runOf(view);
  if (run.last !== view || run.instrumentation !== undefined) onNext(view, undefined);
  else dispatch(run, StateView.stageOf(view).position + 1);
}

function invokeInstrumented(
  view: StateView,
  handle: RequestHandler,
  error: unknown,
  next: (signal?: unknown) => void,
): unknown {
  const run = StateView.runOf(view);
  const stage = StateView.stageOf(view);
  run.notes.beginTiming(stage, run.notes.clock);
  if (run.instrumentation === 'timed') return handle(run.req, run.res, next);
  return invokeTraced(view, error, next, (reason) => {
    onFailure(view, reason);
  });
}

/** A handler has called its `next`: the first call counts. */
function onNext(view: StateView, signal: unknown): void {
  const run = StateView.runOf(view);
  const stage = StateView.stageOf(view);
  if (run.outcomeOf(stage) !== 'running') {
    run.runtime.reporter.report(run, stage, 'S307', NEXT_MISUSE.S307);
    return;
  }
  run.noted?.endTiming(stage);
  if (!signal) {
    dispatch(run, stage.position + 1);
  } else if (signal === 'router') {
    run.notes.signals.set(stage, signal);
    exit(run, signal);
  } else if (signal === 'route') {
    run.notes.signals.set(stage, signal);
    if (standsInRoute(run.req, run.runtime.handler)) exit(run, signal);
    else dispatch(run, stage.position + 1);
  } else {
    run.notes.signals.set(stage, 'error');
    dispatchError(run, stage, signal);
  }
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
    run.state.passBy(stage);
  }
  exit(run, error);
}

/** A handler has thrown, or its promise was rejected. */
function onFailure(view: StateView, reason: unknown): void {
  const run = StateView.runOf(view);
  const stage = StateView.stageOf(view);
  if (run.outcomeOf(stage) === 'running') {
    onNext(view, errorOf(reason, stage));
    run.syncState();
    return;
  }
  if (reason instanceof ConflictError) return;
  // The request has gone on, so nobody further in may get this error; yet it must not vanish.
  try {
    run.runtime.reporter.report(run, stage, 'S308', NEXT_MISUSE.S308, { error: reason });
  } catch {
    // `onConflict: 'error'` throws at the handler that caused the conflict, which is then over. It has been logged.
  }
}

/** A handler has returned something: if that is a promise, its step is not over. */
function onResult(view: StateView, result: unknown): void {
  if (!isThenable(result)) return;
  result.then(
    () => {
      onReturn(view);
    },
    (reason: unknown) => {
      onFailure(view, reason);
    },
  );
}

/** A handler has returned without calling `next`: it has ended the response, or it makes the request wait. */
function onReturn(view: StateView): void {
  const run = StateView.runOf(view);
  const stage = StateView.stageOf(view);
  if (run.outcomeOf(stage) !== 'running') return;
  if (run.res.writableEnded) {
    run.noted?.endTiming(stage);
  } else {
    run.notes.beginTiming(stage, performance.now());
  }
}

/** Goes on with a call stack of its own. */
function trampoline(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  const { notes, lastStage } = run;
  if (notes.trampoline && lastStage !== undefined) {
    run.runtime.reporter.report(run, lastStage, 'S307', NEXT_MISUSE.S307);
    return;
  }
  notes.trampoline = true;
  setImmediate(() => {
    notes.trampoline = false;
    invoke(run, stage, handle, error);
    run.syncState();
  });
}

/** Behind the last middleware, or where one says so: from here on `req.state` is the application's view. */
function exit(run: Run, signal?: unknown): void {
  const { req } = run;
  const { application } = run.runtime;
  const view = new StateView(run, application);
  if (signal === 'route' || signal === 'router') run.notes.signals.set(application, signal);
  req.state = view;
  if (signal === undefined) run.out();
  else run.out(signal);
  // Another stack behind this one may have taken over.
  if (req.state !== view) run.innerState = req.state;
}
