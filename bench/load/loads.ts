/** Servers under load, side by side. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summarize, type Timing } from '../rounds.ts';
import type { Result } from '../suite.ts';
import { ContenderProcess, type Load } from './contender.ts';
import { storeSettings } from './users.ts';

/** By the name in the tables: a file of `servers/`, and what its environment has besides what all have. */
export type Contenders = Readonly<
  Record<string, { readonly file: string; readonly env: Readonly<Record<string, string>> }>
>;

export type Loads = ReadonlyMap<string, readonly Load[]>;

export const CONNECTIONS = 20;

/**
 * In rounds, each contender once a round, so that whatever slows the machine down slows them all down. They are on one
 * file store.
 *
 * @param effort - how many rounds, and how many seconds each contender has in a round.
 */
export async function measureLoads(
  contenders: Contenders,
  effort: readonly [number, number],
): Promise<Loads> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-load-'));
  const processes: ContenderProcess[] = [];
  try {
    await storeSettings(folder);
    const shared = environment(folder);
    for (const [name, { file, env }] of Object.entries(contenders)) {
      processes.push(await ContenderProcess.start(name, file, { ...shared, ...env }));
    }
    return await takeTurns(processes, effort);
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeTurns(
  contenders: readonly ContenderProcess[],
  [rounds, seconds]: readonly [number, number],
): Promise<Loads> {
  const loads = new Map<string, Load[]>();
  for (const contender of contenders) await contender.load(CONNECTIONS, seconds);
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const load = await contender.load(CONNECTIONS, seconds);
      loads.set(contender.name, [...(loads.get(contender.name) ?? []), load]);
    }
  }
  return loads;
}

/** What all contenders have in their environment. */
export function environment(folder: string): Record<string, string> {
  return {
    FILE_STORE_PATH: folder,
    COOKIE_SECRETS: randomBytes(32).toString('hex'),
    GITHUB_APP_CLIENT_ID: 'Iv1.bench',
    GITHUB_APP_CLIENT_SECRET: 'bench',
    // So high that nobody meets it: it is to be counted, not to be enforced.
    RATE_LIMIT: '100000000/second;100000000/minute',
  };
}

/** The time between two answers, in microseconds. */
export function betweenAnswers(loads: Loads): Result {
  return {
    title: `GET /api/settings, ${CONNECTIONS} connections: time between two answers`,
    unit: 'µs',
    timings: table(loads, ({ requests, seconds }) => (seconds * 1e6) / requests),
  };
}

/** The processor time that a request takes, in microseconds. */
export function cpuTime(loads: Loads): Result {
  return {
    title: 'CPU time of the server for one request',
    unit: 'µs',
    timings: table(loads, ({ requests, cpuMicros }) => cpuMicros / requests),
  };
}

export function table(loads: Loads, of: (load: Load) => number): Map<string, Timing> {
  return new Map([...loads].map(([name, all]) => [name, summarize(all.map(of))]));
}
