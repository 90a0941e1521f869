import type { Claim, Result, Suite } from '../suite.ts';
import { betweenAnswers, cpuTime, measureLoads, table } from './loads.ts';

const OURS = 'this server';
const LOGGING = 'this server, with a log line for each request';
const CUSTOMARY = 'customary middleware';
const BARE = 'bare Express';
const LIMIT = 'plain node:http with the same bytes';
/** The others log nothing, so this server is measured both with its log of requests and without. */
const CONTENDERS = {
  [OURS]: { file: 'enterprise', env: { LOG_LEVEL: 'warn' } },
  [LOGGING]: { file: 'enterprise', env: { LOG_LEVEL: 'info' } },
  [CUSTOMARY]: { file: 'customary', env: {} },
  [BARE]: { file: 'bare', env: {} },
  [LIMIT]: { file: 'plain', env: {} },
};

const suite: Suite = {
  about: 'an authenticated route under load, beside the same route as people write it otherwise',
  async run({ smoke }) {
    const loads = await measureLoads(CONTENDERS, smoke ? [1, 1] : [12, 2]);
    return [
      withClaims('throughput', betweenAnswers(loads)),
      withClaims('requests for the same CPU time', cpuTime(loads)),
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

/** How many times as much this server does as the others; of the limit, it is only told. */
function withClaims(what: string, result: Result): Result {
  const claim = (other: string, above?: number): Claim => ({
    name: `${what}: ${OURS} / ${other}`,
    value: (result.timings.get(other)?.minimum ?? NaN) / (result.timings.get(OURS)?.minimum ?? NaN),
    ...(above !== undefined && { above }),
  });
  return { ...result, claims: [claim(CUSTOMARY, 3), claim(BARE, 1.3), claim(LIMIT)] };
}
