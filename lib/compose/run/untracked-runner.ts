import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { standsInRoute } from './express-route.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import type { EnteredRequest } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import { errorOf, type Stage } from './stage.ts';
import { isThenable } from './thenable.ts';

const FRESH_STACK_EVERY = 300;

/**
 * The handler that takes a request through the stack with nothing tracked. What remains is the guard: the first call
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
    const { stages } = this.runtime;
    for (let at = position; ; at++) {
      const stage = stages[at];
      if (stage === undefined) {
        this.out();
        return;
      }
      if (!stage.takesAll && !stage.takes(this.req, false)) continue;
      const handle = stage.handle as RequestHandler;
      if (at !== 0 && at % FRESH_STACK_EVERY === 0) setImmediate(() => this.#invoke(stage, handle));
      else this.#invoke(stage, handle);
      return;
    }
  }

  #invoke(stage: Stage, handle: RequestHandler): void {
    let isOver = false;
    const next = (signal?: unknown): void => {
      if (isOver) {
        this.runtime.reporter.log(stage, 'S307', NEXT_MISUSE.S307);
        return;
      }
      isOver = true;
      if (signal) this.#signal(stage, signal);
      else this.dispatch(stage.position + 1);
    };
    const onFailure = (reason: unknown): void => {
      if (isOver) this.runtime.reporter.log(stage, 'S308', NEXT_MISUSE.S308, { error: reason });
      else next(errorOf(reason, stage));
    };
    try {
      const result: unknown = handle(this.req, this.res, next);
      if (isThenable(result)) result.then(undefined, onFailure);
    } catch (thrown) {
      onFailure(thrown);
    }
  }

  #signal(stage: Stage, signal: unknown): void {
    if (signal === 'router') this.out('router');
    else if (signal !== 'route') this.#dispatchError(stage, signal);
    else if (standsInRoute(this.req, this.runtime.handler)) this.out('route');
    else this.dispatch(stage.position + 1);
  }

  /** Takes a request on to the next error handler that concerns it. */
  #dispatchError(from: Stage, error: unknown): void {
    const behind = this.runtime.stages.slice(from.position + 1);
    const stage = behind.find((one) => one.takes(this.req, true));
    if (stage === undefined) {
      this.out(error);
      return;
    }
    const handle = stage.handle as ErrorRequestHandler;
    const bound: RequestHandler = (req, res, next) => handle(error, req, res, next);
    if (Math.floor(stage.position / FRESH_STACK_EVERY) > Math.floor(from.position / FRESH_STACK_EVERY))
      setImmediate(() => this.#invoke(stage, bound));
    else this.#invoke(stage, bound);
  }
}

/** The prototype of plain state on which the losing keys cannot be set. */
function plainState({ losingKeys }: StackRuntime): object {
  const prototype = {};
  for (const key of losingKeys.keys()) {
    Object.defineProperty(prototype, key, { get: () => undefined, set: () => undefined });
  }
  return prototype;
}
