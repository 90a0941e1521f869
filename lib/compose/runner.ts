import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler } from 'express';
import { ConflictError } from './conflict.ts';
import { standsInRoute } from './express-route.ts';
import { RequestStack } from './request-stack.ts';
import { Run, Step } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import type { StateView } from './state-view.ts';
import { errorOf } from './station.ts';
import { invokeTraced, isTraced } from './tracing.ts';

/** One request in so many is timed step by step. */
const SAMPLE = 16;
/** After so many middlewares in a row that call `next` at once, the call stack starts anew. */
const DEEPEST = 300;

/** The handler that takes a request through the stack, with everything watched. */
export function trackedRunner(runtime: StackRuntime, timing: 'sampled' | 'all'): RequestHandler {
  let requests = 0;
  return function stack(req, res, next) {
    const traced = isTraced();
    const timed = traced || timing === 'all' || requests++ % SAMPLE === 0;
    const outer: unknown = req.state;
    const run = new Run(runtime, req, res, next, isObject(outer) ? outer : undefined, timed, traced);
    if (run.outer !== undefined) takeOver(run, run.outer);
    req.stack = new RequestStack(run, req.stack);
    dispatch(run, 0, undefined);
  };
}

/** What was in `req.state` before the stack stays, but for the keys that may not be used. */
function takeOver(run: Run, outer: object): void {
  run.runtime.keys.forEach((key, index) => {
    if (!run.runtime.losses.has(key)) run.values[index] = (outer as Record<string, unknown>)[key];
  });
}

/** Starts the next middleware that the request concerns, from a position on; behind the last one, leaves. */
function dispatch(run: Run, position: number, error: unknown): void {
  const { stations } = run.runtime;
  for (let at = position; at < stations.length; at++) {
    const station = stations[at];
    if (!station?.takes(run.req, error !== undefined)) continue;
    if (run.depth >= DEEPEST) setImmediate(dispatch, run, at, error);
    else start(new Step(run, station), error);
    return;
  }
  leave(run, error);
}

function start(step: Step, error: unknown): void {
  const { run, view } = step;
  run.req.state = stateOf(view);
  if (run.timed) step.since = performance.now();
  run.depth++;
  try {
    const result = invoke(step, error, (signal?: unknown) => proceed(step, signal));
    if (isThenable(result)) settle(step, result);
  } catch (thrown) {
    fail(step, thrown);
  }
  run.depth--;
  step.onStack = false;
  // It has gone on under its own view after `next()`; now whoever is furthest in has the turn again.
  if (step.deeper !== undefined) run.req.state = step.deeper;
  else if (step.outcome === 'running') waitFor(step);
}

function invoke(step: Step, error: unknown, next: NextFunction): unknown {
  const { run, station } = step;
  if (run.traced) return invokeTraced(step, error, next);
  return error === undefined
    ? (station.handle as RequestHandler)(run.req, run.res, next)
    : (station.handle as ErrorRequestHandler)(error, run.req, run.res, next);
}

/** What a handler calls as `next`: the first call counts. */
function proceed(step: Step, signal: unknown): void {
  const { run } = step;
  if (step.outcome !== 'running') {
    run.runtime.reporter.report(step, 'S307', 'calls next() a second time; only the first call counts.');
    return;
  }
  measure(step);
  const following = step.station.position + 1;
  if (!signal) {
    step.outcome = 'next';
    dispatch(run, following, undefined);
  } else if (signal === 'router') {
    step.outcome = 'router';
    leave(run, signal);
  } else if (signal === 'route') {
    step.outcome = 'route';
    if (standsInRoute(run.req, run.runtime.handler)) leave(run, signal);
    else dispatch(run, following, undefined);
  } else {
    step.outcome = 'error';
    dispatch(run, following, signal);
  }
  if (step.onStack) {
    step.deeper = run.req.state;
    run.req.state = stateOf(step.view);
  }
}

/** A handler that threw, or whose promise was rejected. */
function fail(step: Step, reason: unknown): void {
  if (step.outcome === 'running') {
    proceed(step, errorOf(reason, step.station));
    return;
  }
  if (reason instanceof ConflictError) return;
  // The request has gone on, so nobody further in may get this error; yet it must not vanish.
  try {
    step.run.runtime.reporter.report(step, 'S308', 'fails after it has called next().', { error: reason });
  } catch {
    // `onConflict: 'error'` throws at whoever caused the conflict, and that handler is over. It has been logged.
  }
}

function settle(step: Step, result: PromiseLike<unknown>): void {
  result.then(
    () => {
      if (step.outcome === 'running') waitFor(step);
    },
    (reason: unknown) => fail(step, reason),
  );
}

/** The handler has returned without calling `next`: it has ended the response, or it makes the request wait. */
function waitFor(step: Step): void {
  if (step.run.res.writableEnded) measure(step);
  else if (step.since === 0) step.since = performance.now();
}

function measure(step: Step): void {
  if (step.since !== 0) step.duration = performance.now() - step.since;
}

/** From here on `req.state` is the application's view. */
function leave(run: Run, signal: unknown): void {
  const { req, runtime, out } = run;
  req.state = stateOf(new Step(run, runtime.application).view);
  if (signal === undefined) out();
  else out(signal);
}

function stateOf(view: StateView): Request['state'] {
  return view as Request['state'];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return isObject(result) && 'then' in result && typeof result.then === 'function';
}
