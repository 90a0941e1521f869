import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { standsInRoute } from './express-route.ts';
import type { EnteredRequest } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import { errorOf, type Station } from './station.ts';
import { isThenable } from './thenable.ts';

/** After so many middlewares in a row that call `next` at once, the call stack starts anew. */
const DEEPEST = 300;

/**
 * The handler that takes a request through the stack with nothing watched. What remains is the guard: the first call
 * of `next` counts, no error is lost, and a losing key of an exclusive group stays undefined.
 */
export function untrackedRunner(runtime: StackRuntime): RequestHandler {
  const prototype = plainState(runtime);
  const { stations } = runtime;
  /** How many handlers are on the call stack, of whichever request. */
  let depth = 0;

  return function stack(req: EnteredRequest, res, out) {
    req.state = Object.assign(Object.create(prototype) as Request['state'], req.state);
    dispatch(0, req, res, out, undefined);
  };

  function dispatch(position: number, req: Request, res: Response, out: NextFunction, error: unknown): void {
    for (let at = position; at < stations.length; at++) {
      const station = stations[at];
      if (!station?.takes(req, error !== undefined)) continue;
      if (depth >= DEEPEST) setImmediate(start, station, req, res, out, error);
      else start(station, req, res, out, error);
      return;
    }
    if (error === undefined) out();
    else out(error);
  }

  function start(station: Station, req: Request, res: Response, out: NextFunction, error: unknown): void {
    let called = false;
    const next = (signal?: unknown): void => {
      if (called) {
        runtime.reporter.log(station, 'S307', 'calls next() a second time; only the first call counts.');
        return;
      }
      called = true;
      if (!signal) dispatch(station.position + 1, req, res, out, undefined);
      else if (signal === 'router') out('router');
      else if (signal === 'route') {
        if (standsInRoute(req, runtime.handler)) out('route');
        else dispatch(station.position + 1, req, res, out, undefined);
      } else dispatch(station.position + 1, req, res, out, signal);
    };
    const fail = (reason: unknown): void => {
      if (called)
        runtime.reporter.log(station, 'S308', 'fails after it has called next().', {
          error: reason,
        });
      else next(errorOf(reason, station));
    };
    depth++;
    // Taken out first: as in Express, a handler has no `this`.
    const { handle } = station;
    try {
      const result: unknown =
        error === undefined
          ? (handle as RequestHandler)(req, res, next)
          : (handle as ErrorRequestHandler)(error, req, res, next);
      if (isThenable(result)) result.then(undefined, fail);
    } catch (thrown) {
      fail(thrown);
    } finally {
      depth--;
    }
  }
}

/** The prototype of plain state on which the losing keys cannot be set. */
function plainState({ losses }: StackRuntime): object {
  const prototype = {};
  for (const key of losses.keys()) {
    Object.defineProperty(prototype, key, { get: () => undefined, set: () => undefined });
  }
  return prototype;
}
