/** Something to measure: runs `times` times, and says how long it took only by taking that long. */
export interface Contender {
  readonly name: string;
  run(times: number): void | Promise<void>;
}

/** Nanoseconds for one time. */
export interface Timing {
  readonly minimum: number;
  readonly median: number;
}

/**
 * Measures all contenders in rounds, each once a round, so that whatever slows the machine down for a while slows them
 * all down.
 */
export async function measure(
  contenders: readonly Contender[],
  { rounds, times }: { rounds: number; times: number },
): Promise<ReadonlyMap<string, Timing>> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const { run } of contenders) await run(Math.min(times, 20_000));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of contenders) {
      globalThis.gc?.();
      const start = process.hrtime.bigint();
      await run(times);
      samples.get(name)?.push(Number(process.hrtime.bigint() - start) / times);
    }
  }
  return new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
}

function summarize(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  return { minimum: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}
