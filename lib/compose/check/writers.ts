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

/** Headers to which each middleware adds a line or a value of its own, so two that set one are no conflict. */
const ADDITIVE = new Set([
  'set-cookie',
  'vary',
  'link',
  'server-timing',
  'via',
  'www-authenticate',
  'warning',
]);

/**
 * Whether a header keeps only the value that was set last.
 *
 * @param header - its name in lower case.
 */
export function isOverwritten(header: string): boolean {
  return !ADDITIVE.has(header);
}

/** S110: two middleware of one layer set one header, so nothing says which value counts. */
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

/** The pairs of entries that stand in one layer, and of which both can run on one request. */
function* pairsInOneLayer(entries: readonly Entry[]): Generator<[Entry, Entry]> {
  for (const [index, one] of entries.entries()) {
    for (const other of entries.slice(index + 1)) {
      if (one.rank === other.rank && overlap(one.prefixes, other.prefixes)) yield [one, other];
    }
  }
}
