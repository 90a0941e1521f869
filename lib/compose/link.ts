import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { compiledAlone } from './compiled-alone.ts';
import { leave } from './leave.ts';
import { linkStations } from './link-stations.ts';
import { putOff } from './put-off.ts';
import type { EnteredRequest, Run } from './run.ts';
import { fail, pause, proceed, resume, settle } from './slow-path.ts';
import type { Station } from './station.ts';
import { Step } from './step.ts';
import { endingTiming, watched } from './watch.ts';

/** Takes a request on from some place of the stack. */
export type Link = (req: EnteredRequest, res: Response, run: Run) => void;

/** The links of a stack. Each knows the one behind it. */
export interface Chain {
  /** By the positions of the stations, and behind them the one that leaves the stack; for requests without an error. */
  readonly links: readonly Link[];
  /** The link of an error handler, for an error. */
  errorLink(station: Station, error: unknown): Link;
}

const engine = { Step, fail, pause, proceed, resume, settle };

/** For requests of which nothing is watched but what handlers do with `req.state` and `next`. */
export function plainChain(stations: readonly Station[]): Chain {
  return chainOf(stations, (station, handle, error, following) => {
    const make = error === undefined ? compiledAlone(linkOf, station.position) : linkOf;
    return make(engine, station, handle, following);
  });
}

/**
 * For requests that are timed or traced besides. They are rare, and have links of their own, lest V8 fit the many to the
 * few.
 */
export function watchedChain(stations: readonly Station[]): Chain {
  return chainOf(stations, (station, handle, error, following) =>
    linkOf(engine, station, watched(handle, error), endingTiming(station, following)),
  );
}

function chainOf(
  stations: readonly Station[],
  make: (station: Station, handle: RequestHandler, error: unknown, following: Link) => Link,
): Chain {
  const links = linkStations<Link>(stations, {
    leave,
    link: (station, handle, following) => make(station, handle, undefined, following),
    unlessPassed,
    putOff,
  });
  return {
    links,
    errorLink(station, error) {
      const handle = station.handle as ErrorRequestHandler;
      const bound: RequestHandler = (req, res, next) => handle(error, req, res, next);
      return make(station, bound, error, links[station.position + 1] ?? leave);
    },
  };
}

function unlessPassed(station: Station, link: Link, following: Link): Link {
  return (req, res, run) => {
    if (station.takes(req, false)) {
      link(req, res, run);
    } else {
      run.ledger.passBy(station);
      following(req, res, run);
    }
  };
}

/**
 * The link of one middleware: what nearly all steps are, as short as it can be, since V8 puts links into one another
 * only as far as their length allows. As a template for {@link compiledAlone} it refers to its parameters only.
 */
function linkOf(
  { Step, fail, pause, proceed, resume, settle }: typeof engine,
  station: Station,
  handle: RequestHandler,
  following: Link,
): Link {
  return (req, res, run) => {
    const step = new Step(run, station);
    req.state = step;
    let isOver = false as boolean;
    try {
      const result: unknown = handle(req, res, (signal?: unknown) => {
        if (isOver) {
          resume(step, signal);
          return;
        }
        if (signal || run.last !== step) proceed(step, signal);
        else following(req, res, run);
        // What the handler does after `next()` is still its own doing.
        req.state = step;
      });
      if (result !== undefined) settle(step, result);
    } catch (thrown) {
      fail(step, thrown);
    }
    isOver = true;
    if (run.last === step) pause(step);
  };
}
