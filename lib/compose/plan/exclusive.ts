import type { Findings } from '../diagnose/diagnostic.ts';
import type { Access } from './access.ts';
import { type Entry, label } from './entry.ts';

/** Groups of state keys by name; an application may use only one key of each. */
export type ExclusiveGroups = Readonly<Record<string, readonly string[]>>;

/** A key that lost its exclusive group: what is written under it is not kept, and it is always undefined. */
export interface LosingKey {
  readonly group: string;
  /** The key that won. */
  readonly winner: string;
  /** The entry that writes the key that won. */
  readonly claimedBy: Entry;
}

/**
 * Settles each group by the rule: the key that the highest layer writes or updates wins. Two winners in one layer are S106.
 *
 * @returns the keys that lost.
 */
export function settleGroups(
  groups: ExclusiveGroups,
  { providers }: Access,
  findings: Findings,
): ReadonlyMap<string, LosingKey> {
  const losingKeys = new Map<string, LosingKey>();
  for (const [group, keys] of Object.entries(groups)) {
    const claims = [...new Set(keys)]
      .flatMap((key) => (providers.get(key) ?? []).map((by) => ({ key, by })))
      .sort((a, b) => b.by.rank - a.by.rank);
    reportTies(group, claims, findings);
    const winning = claims[0];
    if (winning === undefined) continue;
    for (const key of keys) {
      if (key !== winning.key) losingKeys.set(key, { group, winner: winning.key, claimedBy: winning.by });
    }
  }
  return losingKeys;
}

/** A write of a key of a group, which claims the group for that key. */
interface Claim {
  readonly key: string;
  readonly by: Entry;
}

function reportTies(group: string, claims: readonly Claim[], findings: Findings): void {
  for (const layer of new Set(claims.map(({ by }) => by.layer))) {
    const [one, ...others] = claims.filter(({ by }) => by.layer === layer);
    const other = others.find(({ key }) => key !== one?.key);
    if (one === undefined || other === undefined) continue;
    findings.add('S106', one.by === other.by ? [one.by] : [one.by, other.by], {
      message: `The exclusive group "${group}" is claimed twice in the layer "${layer}": ${label(one.by)} writes "${one.key}", ${label(other.by)} writes "${other.key}".`,
      hint: 'Let the layer write one of them only, or move one of the two to another layer: the higher layer wins.',
      key: group,
    });
  }
}
