import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler } from 'express';
import { ConflictError } from './conflict.ts';
import { standsInRoute } from './express-route.ts';
import { RequestStack } from './request-stack.ts';
import { Run, Step, type StepTiming } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import { StateView } from './state-view.ts';
import { errorOf } from './station.ts';
import { isThenable } from './thenable.ts';
import { invokeTraced, isTraced } from './tracing.ts';

/** One request in so many is timed step by step. */
const SAMPLE = 128;
/** After so many middlewares in a row that call `next` at once, the call stack starts anew. */
const DEEPEST = 300;

/** The handler that takes a request through the stack, with everything watched. */
export function trackedRunner(runtime: StackRuntime, timing: 'sampled' | 'all'): RequestHandler {
  let requests = 0;
  return function stack(req, res, next) {
    const traced = isTraced();
    const observed = runtime.observers.size > 0;
    const timed = traced || observed || timing === 'all' || requests++ % SAMPLE === 0;
    const outer: unknown = req.state;
    const run = new Run(runtime, req, res, next, isObject(outer) ? outer : undefined, timed, traced);
    if (run.outer !== undefined) takeOver(run, run.outer);
    run.req.stack = new RequestStack(run, req.stack);
    if (observed) for (const observer of runtime.observers) observer.request?.(req, res);
    dispatch(run, 0, undefined, timed ? performance.now() : 0);
  };
}

/** What was in `req.state` before the stack stays, but for the keys that may not be used. */
function takeOver(run: Run, outer: object): void {
  for (const [key, number] of run.runtime.numberOf) {
    if (!run.runtime.losses.has(key)) run.values[number] = (outer as Record<string, unknown>)[key];
  }
}

/**
 * Starts the next middleware that the request concerns, from a position on; behind the last one, leaves.
 *
 * @param now the time if this request is timed, so that one reading of the clock ends a step and begins the next.
 */
function dispatch(run: Run, position: number, error: unknown, now: number): void {
  const { stations } = run.runtime;
  for (let at = position; at < stations.length; at++) {
    const station = stations[at];
    if (!station?.takes(run.req, error !== undefined)) continue;
    if (run.depth >= DEEPEST) setImmediate(dispatch, run, at, error, now);
    else start(new Step(run, station), error, now);
    return;
  }
  leave(run, error);
}

function start(step: Step, error: unknown, now: number): void {
  const { run } = step;
  const state = enter(step);
  if (run.timed) beginTiming(step, now);
  run.depth++;
  try {
    const result = invoke(step, error, (signal) => {
      proceed(step, signal);
      // Called before any `await`: what the handler does after `next()` is still its own doing.
      if (run.depth > 0) run.req.state = state;
    });
    if (isThenable(result)) settle(step, result);
  } catch (thrown) {
    fail(step, thrown);
  }
  // Nobody further out has the turn again: it is whoever's is furthest in.
  if (--run.depth === 0) run.req.state = run.furthest;
  if (step.outcome === 'running') waitFor(step);
}

function invoke(step: Step, error: unknown, next: NextFunction): unknown {
  const { run, station } = step;
  if (run.traced) return invokeTraced(step, error, next, (reason) => fail(step, reason));
  // Taken out first: as in Express, a handler has no `this`.
  const { handle } = station;
  return error === undefined
    ? (handle as RequestHandler)(run.req, run.res, next)
    : (handle as ErrorRequestHandler)(error, run.req, run.res, next);
}

/** What a handler calls as `next`: the first call counts. */
function proceed(step: Step, signal?: unknown): void {
  const { run } = step;
  if (step.outcome !== 'running') {
    run.runtime.reporter.report(step, 'S307', 'calls next() a second time; only the first call counts.');
    return;
  }
  const now = run.timings === undefined ? 0 : measure(step, run.timings);
  const following = step.station.position + 1;
  if (!signal) {
    step.outcome = 'next';
    dispatch(run, following, undefined, now);
  } else if (signal === 'router') {
    step.outcome = 'router';
    leave(run, signal);
  } else if (signal === 'route') {
    step.outcome = 'route';
    if (standsInRoute(run.req, run.runtime.handler)) leave(run, signal);
    else dispatch(run, following, undefined, now);
  } else {
    step.outcome = 'error';
    dispatch(run, following, signal, now);
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
  const { run } = step;
  if (!run.res.writableEnded) {
    if (!run.timings?.has(step)) beginTiming(step, performance.now());
  } else if (run.timings !== undefined) {
    measure(step, run.timings);
  }
}

function beginTiming(step: Step, since: number): void {
  (step.run.timings ??= new Map()).set(step, { since, duration: -1 });
}

/** Ends the timing of a step, if it is timed. @returns the time now, or 0. */
function measure(step: Step, timings: ReadonlyMap<Step, StepTiming>): number {
  const timing = timings.get(step);
  if (timing === undefined) return 0;
  const now = performance.now();
  timing.duration = now - timing.since;
  return now;
}

/** From here on `req.state` is the application's view. */
function leave(run: Run, signal: unknown): void {
  const { runtime, out } = run;
  const step = new Step(run, runtime.application);
  if (signal === 'route' || signal === 'router') step.outcome = signal;
  enter(step);
  if (signal === undefined) out();
  else out(signal);
  // Another stack behind this one may have taken over.
  run.furthest = run.req.state;
}

/** Makes `req.state` that of a step. */
function enter(step: Step): Request['state'] {
  const { run } = step;
  const state = new StateView(step) as Request['state'];
  run.furthest = state;
  run.req.state = state;
  return state;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
