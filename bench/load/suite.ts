import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summarize, type Timing } from '../rounds.ts';
import type { Claim, Result, Suite } from '../suite.ts';
import { ContenderProcess, type Load } from './contender.ts';
import { storeSettings } from './users.ts';

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
const CONNECTIONS = 20;

const suite: Suite = {
  about: 'an authenticated route under load, beside the same route as people write it otherwise',
  async run({ smoke }) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-load-'));
    try {
      await storeSettings(folder);
      return resultsOf(await measureLoads(folder, smoke ? [1, 1] : [12, 2]));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
export default suite;

/** In rounds, each contender once a round, so that whatever slows the machine down slows them all down. */
async function measureLoads(
  folder: string,
  [rounds, seconds]: readonly [number, number],
): Promise<ReadonlyMap<string, readonly Load[]>> {
  const loads = new Map<string, Load[]>();
  const contenders: ContenderProcess[] = [];
  try {
    for (const [name, { file, env }] of Object.entries(CONTENDERS)) {
      contenders.push(await ContenderProcess.start(name, file, { ...environment(folder), ...env }));
    }
    for (const contender of contenders) await contender.load(CONNECTIONS, seconds);
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const load = await contender.load(CONNECTIONS, seconds);
        loads.set(contender.name, [...(loads.get(contender.name) ?? []), load]);
      }
    }
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
  return loads;
}

function environment(folder: string): Record<string, string> {
  return {
    FILE_STORE_PATH: folder,
    COOKIE_SECRETS: randomBytes(32).toString('hex'),
    GITHUB_APP_CLIENT_ID: 'Iv1.bench',
    GITHUB_APP_CLIENT_SECRET: 'bench',
    // So high that nobody meets it: it is to be counted, not to be enforced.
    RATE_LIMIT: '100000000/second;100000000/minute',
  };
}

function resultsOf(loads: ReadonlyMap<string, readonly Load[]>): Result[] {
  const table = (of: (load: Load) => number): Map<string, Timing> =>
    new Map([...loads].map(([name, all]) => [name, summarize(all.map(of))]));
  const wall = table(({ requests, seconds }) => (seconds * 1e6) / requests);
  const cpu = table(({ requests, cpuMicros }) => cpuMicros / requests);
  return [
    {
      title: `GET /api/settings, ${CONNECTIONS} connections: time between two answers`,
      unit: 'µs',
      timings: wall,
      claims: [throughput(wall, CUSTOMARY, 1.2), throughput(wall, BARE, 0.7)],
    },
    { title: 'CPU time of the server for one request', unit: 'µs', timings: cpu },
    { title: 'How long 99 of 100 clients wait at most', unit: 'ms', timings: table(({ p99 }) => p99) },
    { title: 'Resident memory', unit: 'MiB', timings: table(({ rss }) => rss / 2 ** 20) },
  ];
}

function throughput(timings: ReadonlyMap<string, Timing>, other: string, above: number): Claim {
  const value = (timings.get(other)?.minimum ?? NaN) / (timings.get(OURS)?.minimum ?? NaN);
  return { name: `throughput of ${OURS} / ${other}`, value, above };
}
