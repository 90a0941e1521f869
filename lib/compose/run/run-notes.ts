import { performance } from 'node:perf_hooks';
import type { RecordedConflict } from './conflict-reporter.ts';
import type { Stage } from './stage.ts';

/** How a request was handed on where that was not by simply calling `next()`. */
export type Signal = 'error' | 'route' | 'router';

/** What is worth noting of one request, which of most is nothing. */
export class RunNotes {
  readonly conflicts: RecordedConflict[] = [];
  /** Who handed the request on otherwise than by simply calling `next()`, in this order. */
  readonly signals = new Map<Stage, Signal>();
  /** Whether the last step has handed the request on, and the next one has been put off to a call stack of its own. */
  trampoline = false;
  /** When the last step that was timed ended, so that one reading of the clock also begins the next; in milliseconds. */
  clock = 0;
  /**
   * By the position of a stage, in milliseconds: when its step began, or, if not every step is timed, when it began to
   * make the request wait.
   */
  readonly #since: number[];
  readonly #durations: number[];

  constructor({ noTimes }: { readonly noTimes: readonly number[] }) {
    this.#since = noTimes.slice();
    this.#durations = noTimes.slice();
  }

  /** Begins to time a stage's step, unless that has begun. */
  beginTiming({ position }: Stage, now: number): void {
    if (Number.isNaN(this.#since[position])) this.#since[position] = now;
  }

  /** Ends the timing of a stage's step, if it has begun. */
  endTiming({ position }: Stage): void {
    const since = this.#since[position] ?? NaN;
    if (Number.isNaN(since)) return;
    this.clock = performance.now();
    this.#durations[position] = this.clock - since;
  }

  /** How long a stage's step took, in milliseconds; undefined if it is not known. */
  durationOf({ position }: Stage): number | undefined {
    const duration = this.#durations[position] ?? NaN;
    return Number.isNaN(duration) ? undefined : duration;
  }
}
