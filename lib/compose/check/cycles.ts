import type { Findings } from '../diagnose/diagnostic.ts';
import { type Constraint, wordFor } from '../plan/constraints.ts';
import { type Entry, label } from '../plan/entry.ts';

/**
 * S101: entries that wait for each other. Of each group of entries that can all reach each other, one shortest cycle is
 * reported.
 *
 * @param stuck - the entries that no order can hold.
 */
export function reportCycles(
  stuck: readonly Entry[],
  constraints: readonly Constraint[],
  findings: Findings,
): void {
  const outgoing = neighbors(stuck, constraints, 'first', 'then');
  const incoming = neighbors(stuck, constraints, 'then', 'first');
  const settled = new Set<Entry>();
  for (const start of stuck) {
    if (settled.has(start)) continue;
    const cycle = shortestCycle(start, outgoing);
    if (cycle === undefined) continue;
    const before = reachable(start, incoming, 'first');
    for (const entry of reachable(start, outgoing, 'then')) if (before.has(entry)) settled.add(entry);
    const about = cycle.map(({ first }) => first);
    findings.add('S101', about, {
      message: `A cycle: ${[...about, start].map(({ name }) => name).join(' → ')}.`,
      hint: `One of these must go:\n${cycle.map(line).join('\n')}`,
    });
  }
}

function line({ first, then, kind, says, by }: Constraint): string {
  const isOfKey = kind === 'reads' || kind === 'updates';
  const reason = `${kind}: ['${says}']${isOfKey ? `, which ${first.name} ${wordFor(first, says)}` : ''}`;
  return `${first.name} runs before ${then.name}: ${label(by)} has ${reason}`;
}

type Neighbors = ReadonlyMap<Entry, readonly Constraint[]>;

/** The constraints among the stuck entries, by the entry at the end `from`. */
function neighbors(
  stuck: readonly Entry[],
  constraints: readonly Constraint[],
  from: 'first' | 'then',
  to: 'first' | 'then',
): Neighbors {
  const map = new Map<Entry, Constraint[]>(stuck.map((entry) => [entry, []]));
  for (const constraint of constraints) {
    if (map.has(constraint[to])) map.get(constraint[from])?.push(constraint);
  }
  return map;
}

/** Searches breadth first, from an entry until the search comes back to it. */
function shortestCycle(start: Entry, outgoing: Neighbors): Constraint[] | undefined {
  const reachedBy = new Map<Entry, Constraint>();
  const queue = [start];
  for (const entry of queue) {
    for (const constraint of outgoing.get(entry) ?? []) {
      if (constraint.then === start) return pathBack(constraint, start, reachedBy);
      if (reachedBy.has(constraint.then)) continue;
      reachedBy.set(constraint.then, constraint);
      queue.push(constraint.then);
    }
  }
  return undefined;
}

function pathBack(last: Constraint, start: Entry, reachedBy: ReadonlyMap<Entry, Constraint>): Constraint[] {
  const path = [last];
  let step = last;
  while (step.first !== start) {
    const previous = reachedBy.get(step.first);
    if (previous === undefined) break;
    path.unshift(previous);
    step = previous;
  }
  return path;
}

function reachable(start: Entry, through: Neighbors, end: 'first' | 'then'): Set<Entry> {
  const found = new Set([start]);
  for (const entry of found) {
    for (const constraint of through.get(entry) ?? []) found.add(constraint[end]);
  }
  return found;
}
