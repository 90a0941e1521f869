import type { RequestHandler } from 'express';
import type { Link } from './link.ts';
import { fail } from './slow-path.ts';
import type { Station } from './station.ts';
import { Step } from './step.ts';
import { invokeTraced } from './tracing.ts';

/**
 * A handler whose steps are timed, and traced if somebody listens.
 *
 * @param error what `handle` has been given to handle, if it is an error handler's.
 */
export function watched(handle: RequestHandler, error: unknown): RequestHandler {
  return (req, res, next) => {
    // It has just been made for this handler.
    const step = req.state as Step;
    const run = Step.runOf(step);
    run.notes.beginTiming(Step.stationOf(step), run.notes.clock);
    if (run.watched === 'timed') return handle(req, res, next);
    return invokeTraced(step, error, next, (reason) => {
      fail(step, reason);
    });
  };
}

/** The link behind a station whose steps are timed, for when it simply calls `next()`. */
export function endingTiming(station: Station, following: Link): Link {
  return (req, res, run) => {
    run.noted?.endTiming(station);
    following(req, res, run);
  };
}
