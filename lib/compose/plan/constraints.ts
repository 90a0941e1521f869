import { keyOfRead } from '../declare/keys.ts';
import type { Findings } from '../diagnose/diagnostic.ts';
import { didYouMean } from '../diagnose/did-you-mean.ts';
import type { Access } from './access.ts';
import { type Entry, label, overrideChain } from './entry.ts';
import type { ResolvedEntries } from './overrides.ts';

/** One entry must run before another, because one of them said so. */
export interface Constraint {
  readonly first: Entry;
  readonly then: Entry;
  readonly kind: 'after' | 'before' | 'reads' | 'updates';
  /** The name or the key that the declaration gives. */
  readonly says: string;
  /** The entry whose declaration says it: `first`, `then`, or one that these replace. */
  readonly by: Entry;
}

/** All constraints that declarations ask for, in order of declaration. A name that no entry has is reported as S102. */
export function readConstraints(resolved: ResolvedEntries, access: Access, findings: Findings): Constraint[] {
  const constraints: Constraint[] = [];
  for (const entry of resolved.entries) {
    for (const by of overrideChain(entry)) {
      for (const says of by.middleware.after ?? []) {
        for (const first of resolve(by, 'after', says, resolved, access, findings)) {
          if (first !== entry || !isOfMany(says)) {
            constraints.push({ first, then: entry, kind: 'after', says, by });
          }
        }
      }
      for (const says of by.middleware.before ?? []) {
        for (const then of resolve(by, 'before', says, resolved, access, findings)) {
          if (then !== entry || !isOfMany(says)) {
            constraints.push({ first: entry, then, kind: 'before', says, by });
          }
        }
      }
      for (const says of by.middleware.requires ?? []) {
        resolve(by, 'requires', says, resolved, access, findings);
      }
    }
    constraints.push(...constraintsOfKeys(entry, access));
  }
  return constraints;
}

/** An entry runs behind all that write or update what it reads, and behind all that write what it updates. */
function constraintsOfKeys(entry: Entry, { writers, providers }: Access): Constraint[] {
  const updates: readonly string[] = entry.middleware.updates ?? [];
  const reads = entry.middleware.reads.map(keyOfRead).filter((key) => !updates.includes(key));
  const behind = (kind: 'reads' | 'updates', says: string, all: readonly Entry[] = []): Constraint[] =>
    all.filter((one) => one !== entry).map((first) => ({ first, then: entry, kind, says, by: entry }));
  return [
    ...[...new Set(reads)].flatMap((key) => behind('reads', key, providers.get(key))),
    ...updates.flatMap((key) => behind('updates', key, writers.get(key))),
  ];
}

/** Why `then` runs after `first`, as an entry of the plan tells it. */
export function explain({ first, kind, says, by }: Constraint): string {
  switch (kind) {
    case 'after':
      return `after ${first.name}`;
    case 'before':
      return `${first.name}${by === first ? '' : `, in place of ${by.name},`} asks to run before it`;
    case 'reads':
      return `reads ${says}, which ${first.name} ${wordFor(first, says)}`;
    case 'updates':
      return `updates ${says}, which ${first.name} ${wordFor(first, says)}`;
  }
}

/** What an entry does with a key that it provides. */
export function wordFor({ middleware }: Entry, key: string): 'writes' | 'updates' {
  return (middleware.updates as readonly string[] | undefined)?.includes(key) ? 'updates' : 'writes';
}

const HEADER = 'header:';

/** Whether a name stands for all that set a header. Then the entry that says it may be one of them. */
function isOfMany(says: string): boolean {
  return says.startsWith(HEADER);
}

/** The entries that a name in `after`, `before` or `requires` stands for. */
function resolve(
  by: Entry,
  field: 'after' | 'before' | 'requires',
  says: string,
  { byName }: ResolvedEntries,
  { setters }: Access,
  findings: Findings,
): readonly Entry[] {
  const optional = says.endsWith('?');
  const name = optional ? says.slice(0, -1) : says;
  if (name.startsWith(HEADER)) {
    const header = name.slice(HEADER.length);
    const found = setters.get(header.toLowerCase());
    if (found !== undefined) return found;
    if (!optional) {
      findings.add('S102', [by], {
        message: `${label(by)} names "${says}" in ${field}, and nobody in the stack declares that header.`,
        hint: `Add headers: ['${header}'] to the one who sets it, or write '${name}?' if it may be missing.`,
        key: header,
      });
    }
    return [];
  }
  const found = byName.get(name);
  if (found !== undefined) return [found];
  if (!optional) {
    const suggestion = didYouMean(name, byName.keys());
    findings.add('S102', [by], {
      message: `${label(by)} names "${name}" in ${field}, and nobody in the stack has that name.`,
      hint:
        field === 'requires'
          ? `${suggestion}Add it to a layer, or take it out of requires.`
          : `${suggestion}If it may be missing, write ${field}: ['${name}?'].`,
    });
  }
  return [];
}
