import { tracingChannel } from 'node:diagnostics_channel';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Run } from './run.ts';
import { errorOf, type Stage } from './stage.ts';
import { isThenable } from './thenable.ts';

/** The name of the tracing channel; its events are `tracing:openhands-express.stack.middleware:start`, and so on. */
export const TRACING_CHANNEL = 'openhands-express.stack.middleware';

/** What the tracing channel publishes of a middleware: the shape of `express.router.request`, and the place. */
export interface MiddlewareTrace {
  readonly req: Request;
  readonly res: Response;
  readonly layer: {
    readonly name: string;
    readonly rawPath: readonly string[] | string;
    readonly handle: unknown;
  };
  readonly handler: unknown;
  /** The `path` it is declared with, or `'/'`. */
  readonly route: readonly string[] | string;
  /** Where it stands: the name of its layer of the stack, and its place in the order of running, from 0. */
  readonly stack: { readonly layer: string; readonly position: number };
  readonly errorHandler?: true;
  /** The error that an error handler received. */
  readonly incomingError?: unknown;
  /** What it called `next` with, threw, or was rejected with. */
  error?: unknown;
  /** What it returned, or what its promise was fulfilled with. */
  result?: unknown;
}

const channel = tracingChannel<unknown, MiddlewareTrace>(TRACING_CHANNEL);

/** Whether the channel has a subscriber. */
export function isTraced(): boolean {
  return (
    channel.start.hasSubscribers ||
    channel.end.hasSubscribers ||
    channel.asyncStart.hasSubscribers ||
    channel.asyncEnd.hasSubscribers ||
    channel.error.hasSubscribers
  );
}

/** The errors of a request that have been published. Each is published once, where it arose. */
const published = new WeakMap<Request, Set<unknown>>();

/**
 * Calls the handler of a stage, and publishes what it does. The events, their order and what each carries are those
 * that Express's router publishes of its own handlers.
 *
 * @param handle - the stage's handler; an error handler is bound to the error already.
 * @param incomingError - that error; undefined for other handlers.
 * @param onFailure - what becomes of an error that the handler throws or is rejected with.
 * @returns what the handler returned; for a promise, one that is fulfilled when all is published.
 */
export function invokeTraced(
  run: Run,
  stage: Stage,
  handle: RequestHandler,
  incomingError: unknown,
  next: NextFunction,
  onFailure: (error: unknown) => void,
): unknown {
  const { req, res } = run;
  const trace = traceOf(req, res, stage, incomingError);
  // The error that an error handler gets did not arise in it, so it counts as published even if nobody listened before.
  if (incomingError !== undefined) recordPublished(req, incomingError);

  const report = (signal: unknown): void => {
    // An error that the handler did not hand on is dealt with. The same error may arise anew, and is published again.
    if (incomingError !== undefined && signal !== incomingError) published.get(req)?.delete(incomingError);
    publishError(trace, signal);
  };
  const tracedNext = (signal?: unknown): void => {
    report(signal);
    next(signal);
  };
  run.next = tracedNext;
  const failTraced = (reason: unknown): void => {
    const error = errorOf(reason, stage);
    report(error);
    onFailure(error);
    if (isError(error)) trace.error ??= error;
  };

  return channel.start.runStores(trace, () => {
    let result: unknown;
    try {
      result = handle(req, res, tracedNext);
    } catch (thrown) {
      failTraced(thrown);
      if (trace.error === undefined) trace.result = undefined;
      channel.end.publish(trace);
      return undefined;
    }
    if (!isThenable(result)) {
      trace.result = result;
      channel.end.publish(trace);
      return result;
    }
    publishEndBeforeResult(trace);
    return result.then(
      (value) => {
        trace.result = value;
        publishAsyncEnd(trace);
      },
      (reason: unknown) => {
        failTraced(reason);
        publishAsyncEnd(trace);
      },
    );
  });
}

function traceOf(req: Request, res: Response, stage: Stage, incomingError: unknown): MiddlewareTrace {
  const route = stage.path ?? '/';
  return {
    req,
    res,
    layer: { name: stage.name, rawPath: route, handle: stage.handle },
    handler: stage.handle,
    route,
    stack: { layer: stage.layer, position: stage.position },
    ...(incomingError !== undefined && { errorHandler: true, incomingError }),
  };
}

/**
 * An `end` with a result or an error means that no `asyncEnd` follows, so an error that is already known is left out.
 */
function publishEndBeforeResult(trace: MiddlewareTrace): void {
  const { error } = trace;
  delete trace.error;
  channel.end.publish(trace);
  if (error !== undefined) trace.error = error;
}

function publishAsyncEnd(trace: MiddlewareTrace): void {
  channel.asyncStart.runStores(trace, () => {
    channel.asyncEnd.publish(trace);
  });
}

function publishError(trace: MiddlewareTrace, signal: unknown): void {
  if (!isError(signal) || !recordPublished(trace.req, signal)) return;
  trace.error = signal;
  channel.error.publish(trace);
}

/**
 * Records an error of a request as published.
 *
 * @returns whether it was not yet.
 */
function recordPublished(req: Request, error: unknown): boolean {
  let seen = published.get(req);
  if (seen === undefined) published.set(req, (seen = new Set()));
  return !seen.has(error) && seen.add(error).size > 0;
}

/** Whether what `next` was called with is an error; `'route'` and `'router'` are none. */
export function isError(signal: unknown): boolean {
  return Boolean(signal) && signal !== 'route' && signal !== 'router';
}
