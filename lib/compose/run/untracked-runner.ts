import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { standsInRoute } from './express-route.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import type { EnteredRequest } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import { errorOf, type Station } from './stage.ts';
import { isThenable } from './thenable.ts';

const DEEPEST = 300;

/**
 * The handler that takes a request through the stack with nothing watched. What remains is the guard: the first call
 * of `next` counts, no error is lost, and a losing key of an exclusive group stays undefined.
 */
export function untrackedRunner(runtime: StackRuntime): RequestHandler {
  const prototype = plainState(runtime);
  return function stack(req: EnteredRequest, res, out) {
    req.state = Object.assign(Object.create(prototype) as Request['state'], req.state);
    new Guarded(runtime, req, res, out).dispatch(0);
  };
}

/** One request on its way. */
class Guarded {
  declare readonly runtime: StackRuntime;
  declare readonly req: Request;
  declare readonly res: Response;
  declare readonly out: NextFunction;

  constructor(runtime: StackRuntime, req: Request, res: Response, out: NextFunction) {
    this.runtime = runtime;
    this.req = req;
    this.res = res;
    this.out = out;
  }

  dispatch(position: number): void {
    const { stations } = this.runtime;
    for (let at = position; ; at++) {
      const station = stations[at];
      if (station === undefined) {
        this.out();
        return;
      }
      if (!station.takesAll && !station.takes(this.req, false)) continue;
      const handle = station.handle as RequestHandler;
      if (at !== 0 && at % DEEPEST === 0) setImmediate(() => this.#invoke(station, handle));
      else this.#invoke(station, handle);
      return;
    }
  }

  #invoke(station: Station, handle: RequestHandler): void {
    let isOver = false;
    const next = (signal?: unknown): void => {
      if (isOver) {
        this.runtime.reporter.log(station, 'S307', NEXT_MISUSE.S307);
        return;
      }
      isOver = true;
      if (signal) this.#signal(station, signal);
      else this.dispatch(station.position + 1);
    };
    const fail = (reason: unknown): void => {
      if (isOver) this.runtime.reporter.log(station, 'S308', NEXT_MISUSE.S308, { error: reason });
      else next(errorOf(reason, station));
    };
    try {
      const result: unknown = handle(this.req, this.res, next);
      if (isThenable(result)) result.then(undefined, fail);
    } catch (thrown) {
      fail(thrown);
    }
  }

  #signal(station: Station, signal: unknown): void {
    if (signal === 'router') this.out('router');
    else if (signal !== 'route') this.#dispatchError(station, signal);
    else if (standsInRoute(this.req, this.runtime.handler)) this.out('route');
    else this.dispatch(station.position + 1);
  }

  /** Takes a request on to the next error handler that concerns it. */
  #dispatchError(from: Station, error: unknown): void {
    const behind = this.runtime.stations.slice(from.position + 1);
    const station = behind.find((one) => one.takes(this.req, true));
    if (station === undefined) {
      this.out(error);
      return;
    }
    const handle = station.handle as ErrorRequestHandler;
    const bound: RequestHandler = (req, res, next) => handle(error, req, res, next);
    if (Math.floor(station.position / DEEPEST) > Math.floor(from.position / DEEPEST))
      setImmediate(() => this.#invoke(station, bound));
    else this.#invoke(station, bound);
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
