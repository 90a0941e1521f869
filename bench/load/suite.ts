import type { Timing } from '../rounds.ts';
import type { Claim, Suite } from '../suite.ts';
import { betweenAnswers, cpuTime, measureLoads, table } from './loads.ts';

const OURS = 'this server';
const LOGGING = 'this server, with a log line for each request';
const CUSTOMARY = 'customary middleware';
const BARE = 'bare Express';
/** The others log nothing, so this server is measured both with its log of requests and without. */
const CONTENDERS = {
  [OURS]: { file: 'enterprise', env: { LOG_LEVEL: 'warn' } },
  [LOGGING]: { file: 'enterprise', env: { LOG_LEVEL: 'info' } },
  [CUSTOMARY]: { file: 'customary', env: {} },
  [BARE]: { file: 'bare', env: {} },
};

const suite: Suite = {
  about: 'an authenticated route under load, beside the same route as people write it otherwise',
  async run({ smoke }) {
    const loads = await measureLoads(CONTENDERS, smoke ? [1, 1] : [12, 2]);
    const wall = betweenAnswers(loads);
    return [
      {
        ...wall,
        claims: [throughput(wall.timings, CUSTOMARY, 1.2), throughput(wall.timings, BARE, 0.7)],
      },
      cpuTime(loads),
      {
        title: 'How long 99 of 100 clients wait at most',
        unit: 'ms',
        timings: table(loads, ({ p99 }) => p99),
      },
      { title: 'Resident memory', unit: 'MiB', timings: table(loads, ({ rss }) => rss / 2 ** 20) },
    ];
  },
};
export default suite;

function throughput(timings: ReadonlyMap<string, Timing>, other: string, above: number): Claim {
  const value = (timings.get(other)?.minimum ?? NaN) / (timings.get(OURS)?.minimum ?? NaN);
  return { name: `throughput of ${OURS} / ${other}`, value, above };
}
