import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSite } from './chaos-site.ts';
import { type Fault, oneOf } from './faults.ts';
import type { Findings } from './findings.ts';

const SHORTEST_MS = 300;
const LONGEST_PAUSE_MS = 2_000;

/** Breaks one thing after the other for a while. Resolves when the last is mended. */
export async function storm(
  site: ChaosSite,
  faults: readonly Fault[],
  findings: Findings,
  random: () => number,
  durationMs: number,
): Promise<void> {
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    const fault = oneOf(faults, random);
    findings.happened(fault.name);
    const mend = await fault.strike(site, random);
    const { atLeastMs = SHORTEST_MS, atMostMs } = fault;
    await delay(atLeastMs + (atMostMs - atLeastMs) * random());
    await mend();
    findings.happened(`${fault.name}: mended`);
    await delay(LONGEST_PAUSE_MS * random());
  }
}
