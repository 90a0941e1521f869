/**
 * How a request goes through the stages of a stack. A stage is a middleware at its place in the order.
 *
 * The runner calls `dispatch` at position 0. `dispatch` finds the next stage that takes the request, and `invoke` calls
 * its handler. Each function named `on…` answers one thing that a handler can do. `exit` hands the request on to
 * whatever stands behind the stack.
 *
 * A stage's turn lasts from the call of its handler until it hands the request on. Each stage has a view of the state
 * of its own. `req.state` is the view of the stage whose code runs, so that every read and write has an author.
 */
import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ConflictError, NEXT_MISUSE } from './conflict.ts';
import { setNextOf } from './express-request.ts';
import type { Run } from './run.ts';
import { errorOf, type Stage } from './stage.ts';
import { StateView, takeReplacement } from './state-view.ts';
import { isThenable } from './thenable.ts';
import { invokeTraced } from './tracing.ts';
import { WayBack } from './way-back.ts';

/**
 * Stages that call `next` at once call each other, those of all stacks of a request. So with this many of them on the
 * call stack a fresh one begins.
 */
const FRESH_STACK_AFTER = 200;

/**
 * Takes a request that has no error to the next stage that takes it, or out of the stack if there is none.
 *
 * @param position - where to begin, counted from 0: one behind the stage that hands the request on.
 */
export function dispatch(run: Run, position: number): void {
  const { stages } = run.runtime;
  let stage = stages[position];
  while (stage !== undefined && !stage.takesAll && !stage.takes(run.req, false)) {
    run.passBy(stage);
    stage = stages[stage.position + 1];
  }
  if (stage === undefined) exit(run);
  else enter(run, stage, stage.handle as RequestHandler, undefined);
}

/**
 * Gives a stage its turn, on a fresh call stack where the present one may be deep.
 *
 * @param handle - the stage's handler; an error handler is bound to the error, so that both are called alike.
 * @param error - what the error handler gets; undefined for other handlers.
 */
function enter(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  const { context } = run;
  if (context.depth >= FRESH_STACK_AFTER) {
    trampoline(run, stage, handle, error);
    return;
  }
  context.depth++;
  invoke(run, stage, handle, error);
  context.depth--;
}

/** Calls the handler of a stage, and answers what it does before it returns. */
function invoke(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  const { context } = run;
  if (context.isReplaced) takeReplacement(context);
  const view = new StateView(run, stage);
  run.furthest = stage;
  context.advance(view);
  if (stage.back !== undefined) (run.wayBackIfAny ??= new WayBack(run)).meet(stage.back);
  let hasReturned = false;
  const next = (signal?: unknown): void => {
    if (hasReturned) {
      onLateNext(run, stage, signal);
      return;
    }
    // The usual case is a first `next()` of a request that is neither timed nor traced. It goes straight on.
    if (signal || run.furthest !== stage || run.instrumentation !== undefined) onNext(run, stage, signal);
    else dispatch(run, stage.position + 1);
    // The later stages have returned. What the handler does after its `next()` is its own doing again.
    context.restore(view);
  };
  run.next = next;
  try {
    const result: unknown =
      run.instrumentation === undefined
        ? handle(run.req, run.res, next)
        : invokeInstrumented(run, stage, handle, error, next);
    if (result !== undefined) onResult(run, stage, result);
  } catch (thrown) {
    // What stands behind the stack has failed, and no stage: the caller of the stack has to know.
    if (run.failureBehind !== undefined && run.failureBehind.reason === thrown) throw thrown;
    onFailure(run, stage, thrown);
  }
  hasReturned = true;
  if (run.furthest === stage) onReturn(run, stage);
}

/** Calls the handler of a stage of a request that is timed or traced. */
function invokeInstrumented(
  run: Run,
  stage: Stage,
  handle: RequestHandler,
  error: unknown,
  next: (signal?: unknown) => void,
): unknown {
  run.timings.begin(stage, run.timings.clock);
  if (run.instrumentation === 'timed') return handle(run.req, run.res, next);
  return invokeTraced(run, stage, handle, error, next, (reason) => {
    onFailure(run, stage, reason);
  });
}

/** A handler has called its `next`. Only the first call counts; a further one is reported as conflict S307. */
function onNext(run: Run, stage: Stage, signal: unknown): void {
  if (run.context.isReplaced) takeReplacement(run.context);
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

/** A handler has called its `next` after it had returned, so the call is not within `invoke`. */
export function onLateNext(run: Run, stage: Stage, signal: unknown): void {
  onNext(run, stage, signal);
  settle(run);
}

/** Takes a request that has an error to the next error handler that takes it, or out of the stack with the error. */
function dispatchError(run: Run, from: Stage, error: unknown): void {
  for (const stage of run.runtime.stages.slice(from.position + 1)) {
    if (stage.takes(run.req, true)) {
      const handle = stage.handle as ErrorRequestHandler;
      const bound: RequestHandler = (req, res, next) => handle(error, req, res, next);
      enter(run, stage, bound, error);
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
  // The request has gone on, so no error handler may get this error; yet it must not vanish.
  try {
    run.runtime.reporter.report(run, stage, 'S308', NEXT_MISUSE.S308, { error: reason });
  } catch {
    // `onConflict: 'error'` throws into the handler that caused the conflict, but that one is over. The log has it.
  }
}

/** A handler has returned a value. If that is a promise, the engine waits for it, as Express does. */
function onResult(run: Run, stage: Stage, result: unknown): void {
  if (!isThenable(result)) return;
  result.then(
    () => {
      onReturn(run, stage);
      run.runtime.watch?.fulfilled(run, stage);
    },
    (reason: unknown) => {
      onFailure(run, stage, reason);
    },
  );
}

/**
 * A handler has returned, or its promise is fulfilled. If it has not called `next`, it has ended the response, or it
 * makes the request wait.
 */
function onReturn(run: Run, stage: Stage): void {
  if (run.outcomeOf(stage) !== 'running') return;
  if (run.res.writableEnded) run.timingsIfAny?.end(stage);
  else run.timings.begin(stage, performance.now());
}

/** Gives a stage its turn on a fresh call stack, which `setImmediate` begins. */
function trampoline(run: Run, stage: Stage, handle: RequestHandler, error: unknown): void {
  // A second call of one `next`. As the next stage has not begun, `invoke` has taken it for the first call.
  if (run.isOnTrampoline && run.furthest !== undefined) {
    run.runtime.reporter.report(run, run.furthest, 'S307', NEXT_MISUSE.S307);
    return;
  }
  run.isOnTrampoline = true;
  setImmediate(() => {
    run.isOnTrampoline = false;
    run.context.depth = 0;
    enter(run, stage, handle, error);
    settle(run);
  });
}

/**
 * Hands a request on to whatever stands behind the stack. From here on `req.state` is the application's view.
 *
 * @param signal - an error, `'route'` or `'router'`; undefined where a plain `next()` leaves the stack.
 * @param out - the `next` to leave by: by default the one that the stack was called with.
 */
export function exit(run: Run, signal?: unknown, out = run.out): void {
  const { application } = run.runtime;
  if (signal === 'route' || signal === 'router') run.signals.set(application, signal);
  if (run.context.isReplaced) takeReplacement(run.context);
  run.furthest = application;
  run.context.advance(new StateView(run, application));
  if (run.outerNext !== undefined) setNextOf(run.req, run.context, run.outerNext);
  try {
    if (signal === undefined) out();
    else out(signal);
  } catch (reason) {
    run.failureBehind = { reason };
    throw reason;
  }
}

/**
 * Ends a call into the engine that came from outside, as from Express, a timer or a promise. No handler is there to get
 * its view back, so `req.state` becomes the view of the stage that the request has come to.
 */
export function settle(run: Run): void {
  const { context } = run;
  if (context.isReplaced) takeReplacement(context);
  if (context.furthestView !== undefined) context.restore(context.furthestView);
  run.runtime.watch?.settled(run);
}
