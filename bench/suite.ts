/** What a suite of benchmarks is: `bench/<name>/suite.ts` has one as its default export, and `npm run bench` finds it. */
import type { Timing } from './rounds.ts';

/** One set of benchmarks. */
export interface Suite {
  /** One line on what is measured, and beside whom. */
  readonly about: string;
  /** Measures; a run with `smoke` only shows that everything works, in seconds, and its numbers mean nothing. */
  run(options: { readonly smoke: boolean }): Promise<readonly Result[]>;
}

/** A table of measurements that belong together, all taken in one run. */
export interface Result {
  readonly title: string;
  /** What the numbers are: `'ns per request'`, `'ms'`, `'requests/s'`. */
  readonly unit: string;
  readonly timings: ReadonlyMap<string, Timing>;
  readonly claims?: readonly Claim[];
}

/** A ratio, or another number that the measurements yield, and where it ought to be. */
export interface Claim {
  readonly name: string;
  readonly value: number;
  /** The bounds; one that is only to be told has none. */
  readonly below?: number;
  readonly above?: number;
}

/** How the minimum of one contender compares with another's. */
export function ratio(
  timings: Result['timings'],
  [one, other]: readonly [one: string, other: string],
  below?: number,
): Claim {
  const value = (timings.get(one)?.minimum ?? NaN) / (timings.get(other)?.minimum ?? NaN);
  return { name: `${one} / ${other}`, value, ...(below !== undefined && { below }) };
}

/** What one contender takes beyond a third, as a share of what the other takes beyond it. By their minima. */
export function ratioBeyond(
  timings: Result['timings'],
  base: string,
  [one, other]: readonly [one: string, other: string],
  below?: number,
): Claim {
  const beyond = (name: string): number =>
    (timings.get(name)?.minimum ?? NaN) - (timings.get(base)?.minimum ?? NaN);
  const value = beyond(one) / beyond(other);
  return { name: `${one} / ${other}, each beyond ${base}`, value, ...(below !== undefined && { below }) };
}
