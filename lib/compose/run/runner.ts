import { performance } from 'node:perf_hooks';
import type { RequestHandler } from 'express';
import { dispatch } from './dispatch.ts';
import { RequestStack } from './request-stack.ts';
import { type EnteredRequest, Run } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import { isTraced } from './tracing.ts';

/** One request in so many is timed step by step. */
const SAMPLE = 128;

/** The handler that takes a request through the stack. */
export function runnerOf(runtime: StackRuntime, timing: 'sampled' | 'all'): RequestHandler {
  let requests = 0;
  return function stack(req: EnteredRequest, res, next) {
    const isObserved = runtime.observers.size > 0;
    const isTimed = isObserved || timing === 'all' || requests++ % SAMPLE === 0;
    const instrumentation = isTraced() ? 'traced' : isTimed ? 'timed' : undefined;
    const run = new Run(runtime, req, res, next, instrumentation);
    if (run.outer !== undefined) adoptHostState(run, run.outer);
    req.stack = new RequestStack(run, req.stack);
    if (instrumentation !== undefined) beginInstrumentation(run);
    dispatch(run, 0);
    run.syncState();
  };
}

function beginInstrumentation(run: Run): void {
  for (const observer of run.runtime.observers) observer.request?.(run.req, run.res);
  run.notes.clock = performance.now();
}

/** What was in `req.state` before the stack stays, but for the keys that may not be used. */
function adoptHostState(run: Run, outer: object): void {
  for (const [key, number] of run.runtime.indexOf) {
    if (run.runtime.losingKeys.has(key)) continue;
    const value = (outer as Record<string, unknown>)[key];
    if (value !== undefined) run.state.values[number] = value;
  }
}
