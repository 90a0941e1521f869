import { performance } from 'node:perf_hooks';
import type { RequestHandler } from 'express';
import { dispatch, settle } from './dispatch.ts';
import { contextOf } from './express-request.ts';
import type { RequestContext } from './request-context.ts';
import { replaceNext } from './request-next.ts';
import { RequestStack } from './request-stack.ts';
import { type EnteredRequest, Run, type StackRuntime } from './run.ts';
import { StateView } from './state-view.ts';
import { isTraced } from './tracing.ts';

/**
 * One request in this many is timed stage by stage: to read the clock costs more than all else that the engine does.
 */
const SAMPLE = 128;

/** Makes the handler that takes a request through the stack: the stack, as Express sees it. */
export function runnerOf(runtime: StackRuntime, timing: 'sampled' | 'all'): RequestHandler {
  let requests = 0;
  return function stack(req: EnteredRequest, res, next) {
    const isObserved = runtime.observers.size > 0;
    const isTimed = isObserved || timing === 'all' || requests++ % SAMPLE === 0;
    const instrumentation = isTraced() ? 'traced' : isTimed ? 'timed' : undefined;
    const context = contextOf(req, res);
    const found: unknown = context.state;
    const outer = typeof found === 'object' && found !== null ? found : undefined;
    const run = new Run(runtime, req, res, next, context, outer, hostOf(outer, context), instrumentation);
    replaceNext(run);
    context.report = new RequestStack(run, context.report);
    if (context.plain !== undefined) req.stack = context.report;
    if (instrumentation !== undefined) beginInstrumentation(run);
    runtime.watch?.entered(run);
    dispatch(run, 0);
    settle(run);
  };
}

/**
 * The run of the outer stack, if this stack is an entry of another one.
 *
 * @param outer - `req.state` before this stack. The application's view says that the other stack is over.
 */
function hostOf(outer: object | undefined, context: RequestContext): Run | undefined {
  if (!StateView.is(outer)) return undefined;
  const run = StateView.runOf(outer);
  // A request that is derived from another one has a turn of its own, and writes nothing on that one.
  if (run.context !== context || StateView.stageOf(outer) === run.runtime.application) return undefined;
  return run;
}

function beginInstrumentation(run: Run): void {
  for (const observer of run.runtime.observers) observer.request?.(run.req, run.res);
  run.timings.clock = performance.now();
}
