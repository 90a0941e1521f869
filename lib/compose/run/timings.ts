import { performance } from 'node:perf_hooks';
import type { Stage } from './stage.ts';

/** How long the stages of a stack have kept one request, as far as that is measured; in milliseconds. */
export class Timings {
  /** When the last timed stage ended, so that one reading of the clock also begins the next. */
  clock = 0;
  /** By the position of a stage: when it got the request, or, if not all are timed, when it began to keep it waiting. */
  readonly #since: number[];
  readonly #durations: number[];

  /** @param noTimes - what the tables begin as copies of: `NaN` for each stage. */
  constructor(noTimes: readonly number[]) {
    this.#since = noTimes.slice();
    this.#durations = noTimes.slice();
  }

  /** Begins to time a stage, unless that has begun. */
  begin({ position }: Stage, now: number): void {
    if (Number.isNaN(this.#since[position])) this.#since[position] = now;
  }

  /** Ends the timing of a stage, if it has begun. */
  end({ position }: Stage): void {
    const since = this.#since[position] ?? NaN;
    if (Number.isNaN(since)) return;
    this.clock = performance.now();
    this.#durations[position] = this.clock - since;
  }

  /** @returns undefined if it is not known. */
  durationOf({ position }: Stage): number | undefined {
    const duration = this.#durations[position] ?? NaN;
    return Number.isNaN(duration) ? undefined : duration;
  }
}
