/**
 * `node --import ./bench/as-shipped.js bench/load/where.ts` shows where the time of a request goes, by a CPU profile of the
 * server under the load of the suite. The profile stays in the temporary folder that is named, for a viewer of flame graphs.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContenderProcess } from './contender.ts';
import { type CpuProfile, timeByOwner } from './cpu-profile.ts';
import { CONNECTIONS, environment } from './loads.ts';
import { storeSettings } from './users.ts';

const SECONDS = 15;
/** Of the least that is shown, in percent. */
const LEAST = 1;

const store = await mkdtemp(join(tmpdir(), 'bench-where-store-'));
const profiles = await mkdtemp(join(tmpdir(), 'bench-where-'));
await storeSettings(store);
const server = await ContenderProcess.start(
  'this server',
  process.argv[2] ?? 'enterprise',
  { ...environment(store), LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn' },
  ['--cpu-prof', '--cpu-prof-dir', profiles, '--cpu-prof-interval', '200'],
);
const { requests } = await server.load(CONNECTIONS, SECONDS);
await server.stop();
await rm(store, { recursive: true });

for (const file of await readdir(profiles)) {
  const profile = JSON.parse(await readFile(join(profiles, file), 'utf8')) as CpuProfile;
  // The other one is of the thread that compiles what is loaded.
  if (!profile.nodes.some(({ callFrame }) => callFrame.functionName === 'parserOnIncoming')) continue;
  const times = timeByOwner(profile, 'parserOnIncoming');
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  console.log(`${join(profiles, file)}\n${requests} requests, ${(all / requests).toFixed(0)} µs each:\n`);
  const shares = [...times].map(([owner, time]) => [owner, (100 * time) / all] as const);
  const shown = shares.filter(([, share]) => share >= LEAST).sort(([, one], [, other]) => other - one);
  const rest = 100 - shown.reduce((sum, [, share]) => sum + share, 0);
  for (const [owner, share] of [...shown, ['all else', rest] as const])
    console.log(`${share.toFixed(1).padStart(5)} %  ${owner}`);
}
