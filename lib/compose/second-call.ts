import type { Run } from './run.ts';
import type { Station } from './station.ts';

/** A handler has called its `next` once more. @throws ConflictError as `onConflict` says. */
export function reportSecondCall(run: Run, station: Station): void {
  const predicate = 'calls next() a second time; only the first call counts.';
  run.runtime.reporter.report(run, station, 'S307', predicate);
}
