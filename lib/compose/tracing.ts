import { tracingChannel } from 'node:diagnostics_channel';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import type { Step } from './run.ts';

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
  /** The prefix it is declared on, as far as there is one. */
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

/** Whether somebody listens. */
export function isTraced(): boolean {
  return (
    channel.start.hasSubscribers ||
    channel.end.hasSubscribers ||
    channel.asyncStart.hasSubscribers ||
    channel.asyncEnd.hasSubscribers ||
    channel.error.hasSubscribers
  );
}

/** The errors of a request that have been published: each is once, where it arose. */
const published = new WeakMap<Request, Set<unknown>>();

/** Calls the handler of a step, and publishes what it does. */
export function invokeTraced(step: Step, incomingError: unknown, next: NextFunction): unknown {
  const { run, station } = step;
  const { req, res } = run;
  const { handle } = station;
  const route = station.prefixes ?? '/';
  const trace: MiddlewareTrace = {
    req,
    res,
    layer: { name: station.name, rawPath: route, handle },
    handler: handle,
    route,
    stack: { layer: station.layer, position: station.position },
    ...(incomingError !== undefined && { errorHandler: true, incomingError }),
  };
  if (incomingError !== undefined) isNew(req, incomingError);

  const tracedNext = (signal?: unknown): void => {
    if (isError(signal)) publishError(trace, signal);
    next(signal);
  };

  return channel.start.runStores(trace, () => {
    let result: unknown;
    try {
      result =
        incomingError === undefined
          ? (handle as RequestHandler)(req, res, tracedNext)
          : (handle as ErrorRequestHandler)(incomingError, req, res, tracedNext);
    } catch (error) {
      if (isError(error)) publishError(trace, error);
      channel.end.publish(trace);
      throw error;
    }
    if (!(result instanceof Promise)) {
      if (trace.error === undefined) trace.result = result;
      channel.end.publish(trace);
      return result;
    }
    channel.end.publish(trace);
    return result.then(
      (value: unknown) => {
        trace.result = value;
        publishAsyncEnd(trace);
      },
      (error: unknown) => {
        if (isError(error)) publishError(trace, error);
        publishAsyncEnd(trace);
        throw error;
      },
    );
  });
}

function publishAsyncEnd(trace: MiddlewareTrace): void {
  channel.asyncStart.runStores(trace, () => {
    channel.asyncEnd.publish(trace);
  });
}

function publishError(trace: MiddlewareTrace, error: unknown): void {
  trace.error = error;
  if (isNew(trace.req, error)) channel.error.publish(trace);
}

function isNew(req: Request, error: unknown): boolean {
  const seen = published.get(req) ?? new Set();
  published.set(req, seen);
  return !seen.has(error) && seen.add(error).size > 0;
}

/** `'route'` and `'router'` are signals. */
function isError(signal: unknown): boolean {
  return Boolean(signal) && signal !== 'route' && signal !== 'router';
}
