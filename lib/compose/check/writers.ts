import type { Findings } from '../diagnose/diagnostic.ts';
import type { Access } from '../plan/access.ts';
import { type Entry, label } from '../plan/entry.ts';
import { overlap } from '../plan/path-prefix.ts';

/** S105: within one layer, nothing says whose write of a key counts. */
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

/** Headers of which each middleware adds its own line or value, so that two who set one are no conflict. */
const ADDITIVE = new Set([
  'set-cookie',
  'vary',
  'link',
  'server-timing',
  'via',
  'www-authenticate',
  'warning',
]);

/** Whether the last one who sets this header, in lower case, is the only one whose value remains. */
export function isOverwritten(header: string): boolean {
  return !ADDITIVE.has(header);
}

/** S110: within one layer, nothing says whose value of a header counts. */
export function checkHeaders({ setters }: Access, findings: Findings): void {
  const pairs = new Map<Entry, Map<Entry, string[]>>();
  for (const [header, by] of setters) {
    if (!isOverwritten(header)) continue;
    for (const [one, other] of pairsInOneLayer(by)) {
      const others = pairs.get(one) ?? new Map<Entry, string[]>();
      pairs.set(one, others.set(other, [...(others.get(other) ?? []), spelling(one, header)]));
    }
  }
  for (const [one, others] of pairs) {
    for (const [other, headers] of others) {
      findings.add('S110', [one, other], {
        message: `${label(one)} and ${label(other)} both set ${headers.join(', ')}, in one layer.`,
        hint: `Let one of them set it, or move one to another layer.`,
        key: headers.join(', '),
      });
    }
  }
}

/** A header as the entry's declaration spells it. */
export function spelling({ middleware }: Entry, header: string): string {
  return middleware.headers?.find((name) => name.toLowerCase() === header) ?? header;
}

function* pairsInOneLayer(entries: readonly Entry[]): Generator<[Entry, Entry]> {
  for (const [index, one] of entries.entries()) {
    for (const other of entries.slice(index + 1)) {
      if (one.rank === other.rank && overlap(one.prefixes, other.prefixes)) yield [one, other];
    }
  }
}
