import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { compiledAlone } from './compiled-alone.ts';
import { standsInRoute } from './express-route.ts';
import { linkStations } from './link-stations.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import { isDeep } from './put-off.ts';
import type { EnteredRequest } from './run.ts';
import type { StackRuntime } from './runtime.ts';
import { errorOf, type Station } from './station.ts';
import { isThenable } from './thenable.ts';

/** Takes a request on from some place of the stack. */
type Link = (req: Request, res: Response, out: NextFunction) => void;

/** One middleware's turn on one request. */
interface Turn {
  readonly station: Station;
  readonly req: Request;
  readonly res: Response;
  readonly out: NextFunction;
  /** Whether it has handed the request on. */
  isOver: boolean;
}

/**
 * The handler that takes a request through the stack with nothing watched. What remains is the guard: the first call
 * of `next` counts, no error is lost, and a losing key of an exclusive group stays undefined.
 */
export function untrackedRunner(runtime: StackRuntime): RequestHandler {
  const prototype = plainState(runtime);
  let guard: Guard | undefined;
  return function stack(req: EnteredRequest, res, out) {
    req.state = Object.assign(Object.create(prototype) as Request['state'], req.state);
    guard ??= new Guard(runtime);
    guard.links[0]?.(req, res, out);
  };
}

/** What the links of a stack have in common, and all that they seldom need. */
class Guard {
  readonly #runtime: StackRuntime;
  readonly links: readonly Link[];

  constructor(runtime: StackRuntime) {
    this.#runtime = runtime;
    this.links = linkStations<Link>(runtime.stations, {
      leave,
      link: (station, handle, following) =>
        compiledAlone(linkOf, station.position)(this, station, handle, following),
      unlessPassed,
      putOff,
    });
  }

  /** A handler has called its `next` with a signal, or once more. */
  proceed(turn: Turn, signal: unknown): void {
    const { station, req, res, out } = turn;
    const { reporter, handler } = this.#runtime;
    if (turn.isOver) {
      reporter.log(station, 'S307', NEXT_MISUSE.S307);
      return;
    }
    turn.isOver = true;
    if (signal === 'router') out('router');
    else if (signal !== 'route') this.#handError(turn, signal);
    else if (standsInRoute(req, handler)) out('route');
    else this.links[station.position + 1]?.(req, res, out);
  }

  /** A handler has thrown, or its promise was rejected. */
  fail(turn: Turn, reason: unknown): void {
    const { station } = turn;
    if (!turn.isOver) {
      this.proceed(turn, errorOf(reason, station));
      return;
    }
    this.#runtime.reporter.log(station, 'S308', NEXT_MISUSE.S308, { error: reason });
  }

  settle(turn: Turn, result: unknown): void {
    if (!isThenable(result)) return;
    result.then(undefined, (reason: unknown) => {
      this.fail(turn, reason);
    });
  }

  /** Takes a request on to the next error handler that concerns it. */
  #handError({ station: from, req, res, out }: Turn, error: unknown): void {
    const behind = this.#runtime.stations.slice(from.position + 1);
    const station = behind.find((one) => one.takes(req, true));
    if (station === undefined) {
      out(error);
      return;
    }
    const handle = station.handle as ErrorRequestHandler;
    const following = this.links[station.position + 1] ?? leave;
    const link = linkOf(this, station, (...call) => handle(error, ...call), following);
    (isDeep(station.position, from.position) ? putOff(link) : link)(req, res, out);
  }
}

/** The link of one middleware, as a template for {@link compiledAlone}. */
function linkOf(guard: Guard, station: Station, handle: RequestHandler, following: Link): Link {
  return (req, res, out) => {
    const turn = { station, req, res, out, isOver: false };
    try {
      const result: unknown = handle(req, res, (signal?: unknown) => {
        if (turn.isOver || signal) {
          guard.proceed(turn, signal);
        } else {
          turn.isOver = true;
          following(req, res, out);
        }
      });
      if (result !== undefined) guard.settle(turn, result);
    } catch (thrown) {
      guard.fail(turn, thrown);
    }
  };
}

/** Behind the last middleware. */
function leave(_req: Request, _res: Response, out: NextFunction): void {
  out();
}

function unlessPassed(station: Station, link: Link, following: Link): Link {
  return (req, res, out) => {
    if (station.takes(req, false)) link(req, res, out);
    else following(req, res, out);
  };
}

function putOff(link: Link): Link {
  return (req, res, out) => {
    setImmediate(link, req, res, out);
  };
}

/** The prototype of plain state on which the losing keys cannot be set. */
function plainState({ losses }: StackRuntime): object {
  const prototype = {};
  for (const key of losses.keys()) {
    Object.defineProperty(prototype, key, { get: () => undefined, set: () => undefined });
  }
  return prototype;
}
