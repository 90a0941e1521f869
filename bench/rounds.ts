/** Something to measure. */
export interface Work {
  /** Makes what `times` times of {@link run} use up, before the clock starts. */
  prepare?(times: number): void;
  /** Does `times` times what is measured. */
  run(times: number): void | Promise<void>;
}

/** Work under the name that the table has for it. */
export interface Contender extends Work {
  readonly name: string;
}

/** How often to measure: in so many rounds, so many times in each. */
export interface Effort {
  readonly rounds: number;
  readonly times: number;
}

/** The least and the middle of what was measured, in whatever unit. */
export interface Timing {
  readonly minimum: number;
  readonly median: number;
}

/**
 * Measures contenders in rounds, each once a round, so that whatever slows the machine down for a while slows them all
 * down. Nothing collects garbage in between: a full collection takes away the hidden classes of which no object is left,
 * and with them what V8 has learnt, so that each round would measure a process that has just begun.
 *
 * @returns nanoseconds for one time, by the contender's name.
 */
export async function measure(
  contenders: readonly Contender[],
  effort: Effort,
): Promise<Map<string, Timing>> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const contender of contenders) {
      samples.get(contender.name)?.push(await sample(contender, effort.times));
    }
  }
  return new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
}

/** Nanoseconds for one time, out of `times` in a row. */
export async function sample(work: Work, times: number): Promise<number> {
  work.prepare?.(times);
  const start = process.hrtime.bigint();
  await work.run(times);
  return Number(process.hrtime.bigint() - start) / times;
}

export function summarize(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  return { minimum: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}
