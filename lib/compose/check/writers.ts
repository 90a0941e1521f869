import type { Findings } from '../diagnose/diagnostic.ts';
import type { Access } from '../plan/access.ts';
import { type Entry, label } from '../plan/entry.ts';
import { overlap } from '../plan/path-prefix.ts';

/** S105: two middleware of one layer write one key, so nothing says which write counts. */
export function checkWriters({ writers }: Access, findings: Findings): void {
  for (const [key, by] of writers) {
    for (const [one, other] of pairsInOneLayer(by)) {
      findings.add('S105', [one, other], {
        message: `${label(one)} and ${label(other)} both write "${key}", in one layer.`,
        hint: `Let one of them write it, or move one to another layer: the higher layer wins.`,
        key,
      });
    }
  }
}

/** The pairs of entries that stand in one layer, and of which both can run on one request. */
export function* pairsInOneLayer(entries: readonly Entry[]): Generator<[Entry, Entry]> {
  for (const [index, one] of entries.entries()) {
    for (const other of entries.slice(index + 1)) {
      if (one.rank === other.rank && overlap(one.prefixes, other.prefixes)) yield [one, other];
    }
  }
}
