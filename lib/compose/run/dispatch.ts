import { performance } from 'node:perf_hooks';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ConflictError } from './conflict.ts';
import { standsInRoute } from './express-route.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import type { Run } from './run.ts';
import { errorOf, type Station } from './stage.ts';
import { Step } from './state-view.ts';
import { isThenable } from './thenable.ts';
import { invokeTraced } from './tracing.ts';

/** After so many stations in a row the call stack starts anew, as all of them may call `next` at once. */
const DEEPEST = 300;

/** Takes a request without an error to the first station from `position` on that it concerns, or out of the stack. */
export function dispatch(run: Run, position: number): void {
  const { stations } = run.runtime;
  let station = stations[position];
  while (station !== undefined && !station.takesAll && !station.takes(run.req, false)) {
    run.ledger.passBy(station);
    station = stations[station.position + 1];
  }
  if (station === undefined) leave(run);
  else enter(run, station, station.handle as RequestHandler, undefined, position - 1);
}

/** Gives a station its turn, on a call stack of its own where the present one may have become deep. */
function enter(run: Run, station: Station, handle: RequestHandler, error: unknown, from: number): void {
  if (startsAnew(station.position, from)) putOff(run, station, handle, error);
  else invoke(run, station, handle, error);
}

/** Whether so many stations lie between two places that the call stack has to start anew. */
function startsAnew(position: number, from: number): boolean {
  return position >= DEEPEST && Math.floor(position / DEEPEST) > Math.floor(Math.max(from, 0) / DEEPEST);
}

/** One middleware's turn. */
function invoke(run: Run, station: Station, handle: RequestHandler, error: unknown): void {
  const step = new Step(run, station);
  run.req.state = step;
  let isOver = false as boolean;
  const next = (signal?: unknown): void => {
    const { req } = Step.runOf(step);
    if (isOver || signal) {
      proceed(step, signal);
      if (isOver) {
        Step.runOf(step).giveTurn();
        return;
      }
    } else advance(step);
    // What the handler does after `next()` is still its own doing.
    req.state = step;
  };
  try {
    const result: unknown =
      run.watched === undefined ? handle(run.req, run.res, next) : watch(step, handle, error, next);
    if (result !== undefined) settle(step, result);
  } catch (thrown) {
    fail(step, thrown);
  }
  isOver = true;
  if (run.last === step) pause(step);
}

/** A handler has called `next()` while it ran. */
function advance(step: Step): void {
  const run = Step.runOf(step);
  if (run.last !== step || run.watched !== undefined) proceed(step, undefined);
  else dispatch(run, Step.stationOf(step).position + 1);
}

function watch(
  step: Step,
  handle: RequestHandler,
  error: unknown,
  next: (signal?: unknown) => void,
): unknown {
  const run = Step.runOf(step);
  const station = Step.stationOf(step);
  run.notes.beginTiming(station, run.notes.clock);
  if (run.watched === 'timed') return handle(run.req, run.res, next);
  return invokeTraced(step, error, next, (reason) => {
    fail(step, reason);
  });
}

/** A handler has called its `next`: the first call counts. */
function proceed(step: Step, signal: unknown): void {
  const run = Step.runOf(step);
  const station = Step.stationOf(step);
  if (run.outcomeOf(station) !== 'running') {
    run.runtime.reporter.report(run, station, 'S307', NEXT_MISUSE.S307);
    return;
  }
  run.noted?.endTiming(station);
  if (!signal) {
    dispatch(run, station.position + 1);
  } else if (signal === 'router') {
    run.notes.signals.set(station, signal);
    leave(run, signal);
  } else if (signal === 'route') {
    run.notes.signals.set(station, signal);
    if (standsInRoute(run.req, run.runtime.handler)) leave(run, signal);
    else dispatch(run, station.position + 1);
  } else {
    run.notes.signals.set(station, 'error');
    dispatchError(run, station, signal);
  }
}

/** Takes a request on to the next error handler that concerns it. */
function dispatchError(run: Run, from: Station, error: unknown): void {
  for (const station of run.runtime.stations.slice(from.position + 1)) {
    if (station.takes(run.req, true)) {
      const handle = station.handle as ErrorRequestHandler;
      const bound: RequestHandler = (req, res, next) => handle(error, req, res, next);
      enter(run, station, bound, error, from.position);
      return;
    }
    run.ledger.passBy(station);
  }
  leave(run, error);
}

/** A handler has thrown, or its promise was rejected. */
function fail(step: Step, reason: unknown): void {
  const run = Step.runOf(step);
  const station = Step.stationOf(step);
  if (run.outcomeOf(station) === 'running') {
    proceed(step, errorOf(reason, station));
    run.giveTurn();
    return;
  }
  if (reason instanceof ConflictError) return;
  // The request has gone on, so nobody further in may get this error; yet it must not vanish.
  try {
    run.runtime.reporter.report(run, station, 'S308', NEXT_MISUSE.S308, { error: reason });
  } catch {
    // `onConflict: 'error'` throws at whoever caused the conflict, and that handler is over. It has been logged.
  }
}

/** A handler has returned something: if that is a promise, its step is not over. */
function settle(step: Step, result: unknown): void {
  if (!isThenable(result)) return;
  result.then(
    () => {
      pause(step);
    },
    (reason: unknown) => {
      fail(step, reason);
    },
  );
}

/** A handler has returned without calling `next`: it has ended the response, or it makes the request wait. */
function pause(step: Step): void {
  const run = Step.runOf(step);
  const station = Step.stationOf(step);
  if (run.outcomeOf(station) !== 'running') return;
  if (run.res.writableEnded) {
    run.noted?.endTiming(station);
  } else {
    run.notes.beginTiming(station, performance.now());
  }
}

/** Goes on with a call stack of its own. */
function putOff(run: Run, station: Station, handle: RequestHandler, error: unknown): void {
  const { notes, lastStation } = run;
  if (notes.putOff && lastStation !== undefined) {
    run.runtime.reporter.report(run, lastStation, 'S307', NEXT_MISUSE.S307);
    return;
  }
  notes.putOff = true;
  setImmediate(() => {
    notes.putOff = false;
    invoke(run, station, handle, error);
    run.giveTurn();
  });
}

/** Behind the last middleware, or where one says so: from here on `req.state` is the application's view. */
function leave(run: Run, signal?: unknown): void {
  const { req } = run;
  const { application } = run.runtime;
  const step = new Step(run, application);
  if (signal === 'route' || signal === 'router') run.notes.signals.set(application, signal);
  req.state = step;
  if (signal === undefined) run.out();
  else run.out(signal);
  // Another stack behind this one may have taken over.
  if (req.state !== step) run.beyond = req.state;
}
