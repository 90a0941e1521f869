import { isRequestKey } from '../declare/keys.ts';
import type { Findings } from '../diagnose/diagnostic.ts';
import { didYouMean } from '../diagnose/did-you-mean.ts';
import type { Access } from '../plan/access.ts';
import { type Entry, label, overrideChain } from '../plan/entry.ts';
import type { LosingKey } from '../plan/exclusive.ts';

/** S104 and S108: a key that is read but never written, and the same where an override has taken the writer away. */
export function checkReads(
  entries: readonly Entry[],
  { dependents, providers }: Access,
  given: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const [key, by] of dependents) {
    if (given.has(key)) continue;
    const isProvided = (reader: Entry): boolean =>
      providers.get(key)?.some((one) => one !== reader || isWriter(one, key)) ?? false;
    const unmet = by.filter((reader) => !isProvided(reader));
    // The search goes through all entries, so only for what is missing.
    if (unmet.length === 0) continue;
    const override = entries.find((entry) => [...overrideChain(entry)].some((one) => writes(one, key)));
    for (const reader of unmet) {
      if (override?.overridden === undefined) {
        findings.add('S104', [reader], {
          message: `${label(reader)} reads "${key}", which nobody writes.`,
          hint: `${didYouMean(key, providers.keys())}${isRequestKey(key) ? 'Wrap who writes it' : 'Add a middleware'} with writes: ['${key}'], or, if the host writes it before the stack runs, compose(layers, { given: ['${key}'] }).${isRequestKey(key) ? ` If ${reader.name} can do without, write reads: ['${key}?'].` : ''}`,
          key,
        });
      } else {
        findings.add('S108', [override, override.overridden, reader], {
          message: `${label(override)} stands in for ${label(override.overridden)}, but doesn't write "${key}", which ${label(reader)} reads.`,
          hint: `Write "${key}" in ${override.name} as well and declare it, or let another middleware write it.`,
          key,
        });
      }
    }
  }
}

/** Who reads and updates a key needs another one that provides it; who reads and writes it does not. */
function isWriter({ middleware }: Entry, key: string): boolean {
  return middleware.writes.some((written) => written === key);
}

function writes({ middleware: { writes, updates = [] } }: Entry, key: string): boolean {
  return [...writes, ...updates].some((written) => written === key);
}

/**
 * S202: a key that is written but never read, neither in the stack nor behind it. Keys of the request itself are read by
 * handlers and routes that declare nothing.
 */
export function checkUnread(
  { readers, updaters, writers }: Access,
  readBehind: ReadonlySet<string>,
  losingKeys: ReadonlyMap<string, LosingKey>,
  findings: Findings,
): void {
  for (const [key, by] of writers) {
    if (readers.has(key) || updaters.has(key) || readBehind.has(key) || losingKeys.has(key)) continue;
    if (isRequestKey(key)) continue;
    findings.add('S202', by, {
      message: `${by.map(label).join(' and ')} ${by.length === 1 ? 'writes' : 'write'} "${key}", which nobody reads.`,
      hint: `If the routes behind the stack read it, write compose(layers, { reads: ['${key}'] }); otherwise take it out of writes.`,
      key,
    });
  }
}

/** S203: a declared read of a key that lost its exclusive group, so that it is always undefined. */
export function checkLosingReads(
  { providers, readers }: Access,
  given: ReadonlySet<string>,
  losingKeys: ReadonlyMap<string, LosingKey>,
  findings: Findings,
): void {
  for (const [key, { group, winner, claimedBy }] of losingKeys) {
    // A key that is never written is undefined anyway: S104 says so.
    if (!providers.has(key) && !given.has(key)) continue;
    for (const reader of readers.get(key) ?? []) {
      findings.add('S203', [reader, claimedBy], {
        message: `${label(reader)} reads "${key}", ${isRequestKey(key) ? 'which does not count' : 'which is always undefined'}: ${label(claimedBy)} claims the group "${group}" with "${winner}".`,
        hint: `Read "${winner}" instead, or override ${reader.name} in the layer "${claimedBy.layer}".`,
        key,
      });
    }
  }
}
