/** What a step may do that most don't: wait, fail, signal, call `next` a second time. */
import { performance } from 'node:perf_hooks';
import { ConflictError } from './conflict.ts';
import { standsInRoute } from './express-route.ts';
import { leave } from './leave.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import { isDeep, putOff } from './put-off.ts';
import type { Run } from './run.ts';
import { errorOf, type Station } from './station.ts';
import { Step } from './step.ts';
import { isThenable } from './thenable.ts';

/** A handler has called its `next`: the first call counts. */
export function proceed(step: Step, signal: unknown): void {
  const run = Step.runOf(step);
  const station = Step.stationOf(step);
  const { req, res, runtime } = run;
  if (run.outcomeOf(station) !== 'running') {
    runtime.reporter.report(run, station, 'S307', NEXT_MISUSE.S307);
    return;
  }
  run.noted?.endTiming(station);
  if (!signal) {
    run.chain.links[station.position + 1]?.(req, res, run);
  } else if (signal === 'router') {
    run.notes.signals.set(station, signal);
    leave(req, res, run, signal);
  } else if (signal === 'route') {
    run.notes.signals.set(station, signal);
    if (standsInRoute(req, runtime.handler)) leave(req, res, run, signal);
    else run.chain.links[station.position + 1]?.(req, res, run);
  } else {
    run.notes.signals.set(station, 'error');
    handError(run, station, signal);
  }
}

/** A handler has called its `next` after it had returned, such as behind an `await`. */
export function resume(step: Step, signal: unknown): void {
  proceed(step, signal);
  Step.runOf(step).giveTurn();
}

/** Takes a request on to the next error handler that concerns it. */
function handError(run: Run, from: Station, error: unknown): void {
  const { req, res, runtime } = run;
  for (const station of runtime.stations.slice(from.position + 1)) {
    if (station.takes(req, true)) {
      const link = run.chain.errorLink(station, error);
      (isDeep(station.position, from.position) ? putOff(link) : link)(req, res, run);
      return;
    }
    run.ledger.passBy(station);
  }
  leave(req, res, run, error);
}

/** A handler has thrown, or its promise was rejected. */
export function fail(step: Step, reason: unknown): void {
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
export function settle(step: Step, result: unknown): void {
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
export function pause(step: Step): void {
  const run = Step.runOf(step);
  const station = Step.stationOf(step);
  if (run.outcomeOf(station) !== 'running') return;
  if (run.res.writableEnded) {
    run.noted?.endTiming(station);
  } else {
    run.notes.beginTiming(station, performance.now());
  }
}
