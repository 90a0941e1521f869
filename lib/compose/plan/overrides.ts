import type { Findings } from '../diagnose/diagnostic.ts';
import { didYouMean } from '../diagnose/did-you-mean.ts';
import { type Entry, label, overrideChain } from './entry.ts';

/** The entries that are left after the overrides. */
export interface ResolvedEntries {
  /** In order of declaration; an entry that overrides another has the place of that one. */
  readonly entries: readonly Entry[];
  /** Entries by name: by their own, and by those of the entries that they replace. */
  readonly byName: ReadonlyMap<string, Entry>;
}

/**
 * Puts each entry with `overrides` in the place of the entry that it names. The rule: an override in a higher layer
 * wins, and two in one layer are an error.
 *
 * @param declared - all entries. An entry that overrides another gets its `overridden` set.
 */
export function applyOverrides(declared: readonly Entry[], findings: Findings): ResolvedEntries {
  const slots: (Entry | undefined)[] = [...declared];
  const slotOf = new Map<Entry, number>(declared.map((entry, index) => [entry, index]));
  const byName = new Map<string, Entry>();
  const declaredAs = new Map(declared.map((entry) => [entry.name, entry]));

  for (const entry of lowestFirst(declared)) {
    const target = entry.middleware.overrides;
    if (target !== undefined) {
      const standing = byName.get(target);
      if (standing === undefined || standing.rank === entry.rank) {
        refuse(entry, target, standing, declaredAs, findings);
      } else {
        entry.overridden = standing;
        const slot = slotOf.get(standing);
        const own = slotOf.get(entry);
        if (slot !== undefined && own !== undefined) {
          slots[own] = undefined;
          slots[slot] = entry;
          slotOf.set(entry, slot);
        }
        for (const { name } of overrideChain(standing)) byName.set(name, entry);
      }
    }
    claimName(entry, byName, findings);
  }
  return { entries: slots.filter((entry) => entry !== undefined), byName };
}

function lowestFirst(declared: readonly Entry[]): Entry[] {
  return [...declared].sort((a, b) => a.rank - b.rank || a.ordinal - b.ordinal);
}

/** Gives an entry its name, unless another entry has it: S107. */
function claimName(entry: Entry, byName: Map<string, Entry>, findings: Findings): void {
  const holder = byName.get(entry.name);
  if (holder !== undefined && holder !== entry) {
    findings.add('S107', [entry, holder], {
      message: `${label(entry)} has the name of another: ${label(holder)}.`,
      hint:
        entry.rank > holder.rank
          ? `If it is meant to take that one's place, write overrides: '${entry.name}'; otherwise give it another name.`
          : 'Give one of them another name.',
    });
    return;
  }
  byName.set(entry.name, entry);
}

/**
 * Reports an override that cannot be: S109, or S103 where no entry has that name.
 *
 * @param standing - the entry that answers to the name in the same layer, if there is one.
 */
function refuse(
  entry: Entry,
  target: string,
  standing: Entry | undefined,
  declaredAs: ReadonlyMap<string, Entry>,
  findings: Findings,
): void {
  const named = declaredAs.get(target);
  if (standing !== undefined) {
    const original = [...overrideChain(standing)].find(
      ({ name, rank }) => name === target && rank < entry.rank,
    );
    findings.add('S109', [entry, standing], {
      message:
        original === undefined
          ? `${label(entry)} overrides "${target}", which stands in the same layer.`
          : `${label(entry)} and ${label(standing)} both override "${target}", in one layer.`,
      hint:
        original === undefined
          ? `Take "${target}" out of the layer "${entry.layer}", or move ${entry.name} to a higher one.`
          : 'Keep one of them, or move one to a higher layer: the higher layer wins.',
    });
  } else if (named !== undefined) {
    findings.add('S109', named === entry ? [entry] : [entry, named], {
      message: `${label(entry)} overrides "${target}", which stands in a layer that is no lower.`,
      hint: `Move ${entry.name} to a layer above it: only a higher layer can override.`,
    });
  } else {
    findings.add('S103', [entry], {
      message: `${label(entry)} overrides "${target}", and nobody in the stack has that name.`,
      hint: `${didYouMean(target, declaredAs.keys())}Take the overrides away if there is nothing to replace.`,
    });
  }
}
