import type { Link } from './link.ts';
import { NEXT_MISUSE } from './next-misuse.ts';
import { Step } from './step.ts';

/** After so many stations in a row the call stack starts anew, as all of them may call `next` at once. */
const DEEPEST = 300;

/** Whether the call stack may have become deep on the way to a station, from the one before it or from further off. */
export function isDeep(position: number, from = position - 1): boolean {
  return Math.floor(position / DEEPEST) > Math.floor(Math.max(from, 0) / DEEPEST);
}

/** The same link on a call stack of its own. */
export function putOff(link: Link): Link {
  return (req, res, run) => {
    const { notes, last } = run;
    if (notes.putOff && last !== undefined) {
      run.runtime.reporter.report(run, Step.stationOf(last), 'S307', NEXT_MISUSE.S307);
      return;
    }
    notes.putOff = true;
    setImmediate(() => {
      notes.putOff = false;
      link(req, res, run);
      run.giveTurn();
    });
  };
}
