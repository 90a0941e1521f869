import type { Access } from './access.ts';
import type { Constraint } from './constraints.ts';
import { type Entry, overrideChain } from './entry.ts';

/**
 * Orders those who update one key, as a body parser and what cleans after it: in one layer as they are listed, and the
 * higher layer behind the lower one, so that it has the last word. Where the constraints say otherwise, these hold.
 *
 * @param constraints - all others. Where these have no cycle, neither have both together.
 */
export function orderUpdates(
  entries: readonly Entry[],
  constraints: readonly Constraint[],
  { updaters }: Access,
): Constraint[] {
  const shared = [...updaters].filter(([, by]) => by.length > 1);
  if (shared.length === 0) return [];
  const place = new Map(entries.map((entry, index) => [entry, index]));
  const followers = new Map<Entry, Entry[]>(entries.map((entry) => [entry, []]));
  for (const { first, then } of constraints) followers.get(first)?.push(then);

  const added: Constraint[] = [];
  for (const [key, by] of shared) {
    const listed = [...by].sort((a, b) => rankOf(a) - rankOf(b) || (place.get(a) ?? 0) - (place.get(b) ?? 0));
    const inOrder = extend(listed, followers);
    for (const [index, then] of inOrder.entries()) {
      const first = inOrder[index - 1];
      if (first === undefined) continue;
      added.push({ first, then, kind: 'updates', says: key, by: then });
      followers.get(first)?.push(then);
    }
  }
  return added;
}

/** The height of the layer in which an entry has its place: that of the entry which it stands in for. */
function rankOf(entry: Entry): number {
  return [...overrideChain(entry)].at(-1)?.rank ?? entry.rank;
}

/** Always the first on the list before which no other one on it has to run; none where they wait for each other. */
function extend(listed: readonly Entry[], followers: ReadonlyMap<Entry, readonly Entry[]>): Entry[] {
  const reached = new Map(listed.map((entry) => [entry, reachedFrom(entry, followers)]));
  const left = new Set(listed);
  const inOrder: Entry[] = [];
  for (;;) {
    const next = [...left].find((one) => ![...left].some((other) => reached.get(other)?.has(one)));
    if (next === undefined) return inOrder;
    inOrder.push(next);
    left.delete(next);
  }
}

/** All that have to run behind an entry: itself only where it stands in a cycle. */
function reachedFrom(start: Entry, followers: ReadonlyMap<Entry, readonly Entry[]>): Set<Entry> {
  const reached = new Set(followers.get(start));
  for (const entry of reached) for (const follower of followers.get(entry) ?? []) reached.add(follower);
  return reached;
}
