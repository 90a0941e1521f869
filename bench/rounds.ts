/** Something to measure. */
export interface Contender {
  readonly name: string;
  /** Does `times` times what is measured. */
  run(times: number): void | Promise<void>;
}

/** How long one time took, in nanoseconds. */
export interface Timing {
  readonly minimum: number;
  readonly median: number;
}

/**
 * Measures contenders in rounds, each once a round, so that whatever slows the machine down for a while slows them all
 * down. Nothing collects garbage in between: a full collection takes away the hidden classes of which no object is left,
 * and with them what V8 has learnt, so that each round would measure a process that has just begun.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds, times }: { readonly rounds: number; readonly times: number },
): Promise<Map<string, Timing>> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await contender.run(times);
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const start = process.hrtime.bigint();
      await contender.run(times);
      samples.get(contender.name)?.push(Number(process.hrtime.bigint() - start) / times);
    }
  }
  return new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
}

/** The minimum and the median of samples, in whatever unit they are. */
export function summarize(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  return { minimum: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}
