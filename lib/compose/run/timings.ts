import { performance } from 'node:perf_hooks';
import type { Stage } from './stage.ts';

/** How long each stage has had its turn on one request, in milliseconds, as far as that is measured. */
export class Timings {
  /** When the last timed stage ended, so that one reading of the clock also begins the next. */
  clock = 0;
  /** By the position of a stage: when its turn began or, where not every stage is timed, when its handler returned. */
  readonly #since: number[];
  /** By the position of a stage: how long its turn lasted. */
  readonly #durations: number[];

  /** @param noTimes - what the tables begin as copies of: `NaN` for each stage. */
  constructor(noTimes: readonly number[]) {
    this.#since = noTimes.slice();
    this.#durations = noTimes.slice();
  }

  /**
   * Begins to time a stage, unless that has begun.
   *
   * @param now - in milliseconds, as `performance.now()` gives it.
   */
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

  /**
   * How long the turn of a stage lasted, in milliseconds.
   *
   * @returns undefined if that was not measured, or if the turn is not over.
   */
  durationOf({ position }: Stage): number | undefined {
    const duration = this.#durations[position] ?? NaN;
    return Number.isNaN(duration) ? undefined : duration;
  }
}
