import fc from 'fast-check';

/**
 * How often a property is tried, or from how many seeds an app is made: all that are asked for in `npm run test:soak`, which
 * sets ALL_RUNS, and a quarter of them in `npm test`. fast-check draws others each time, so that they add up.
 */
export function runsOf(all: number): number {
  return process.env.ALL_RUNS === undefined ? Math.ceil(all / 4) : all;
}

/** As many of what can be listed as {@link runsOf} says, others each time. */
export function someOf<T>(all: readonly T[]): T[] {
  const length = runsOf(all.length);
  return fc.sample(fc.shuffledSubarray([...all], { minLength: length, maxLength: length }), 1).flat();
}
