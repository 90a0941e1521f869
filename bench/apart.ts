import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Effort, summarize, type Timing, type Work } from './rounds.ts';

/** What a module of contenders has as its default export: how each is made, by its name. */
export type Contenders = Readonly<Record<string, () => Work | Promise<Work>>>;

/**
 * Measures contenders, each in processes of its own, since V8 makes code fit what it has seen, and would make none fit
 * where a dozen contenders take turns. They take turns all the same, a process at a time.
 *
 * @param module the address of a module of {@link Contenders}.
 * @param turns how many processes each contender gets.
 * @returns nanoseconds for one time, by the contender's name.
 */
export async function measureApart(
  module: string,
  turns: number,
  effort: Effort,
): Promise<Map<string, Timing>> {
  const { default: contenders } = (await import(module)) as { default: Contenders };
  const samples = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, taken] of samples) taken.push(...sampleApart(module, name, effort));
  }
  return new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
}

const TURN = fileURLToPath(import.meta.resolve('./turn.ts'));

function sampleApart(module: string, name: string, { rounds, times }: Effort): number[] {
  const args = [...process.execArgv, TURN, module, name, String(rounds), String(times)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`"${name}" could not be measured.`);
  return JSON.parse(stdout) as number[];
}
