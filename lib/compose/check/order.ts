import { isRequestKey } from '../declare/keys.ts';
import type { Findings } from '../diagnose/diagnostic.ts';
import type { Access } from '../plan/access.ts';
import type { Constraint } from '../plan/constraints.ts';
import { type Entry, label } from '../plan/entry.ts';
import { overlap } from '../plan/path-prefix.ts';

/** Whether `ambiguousOk` names a pair, so that its order doesn't matter. */
export type AmbiguousOk = (one: Entry, other: Entry) => boolean;

/**
 * S201: two layers write one key, and no constraint orders them, so a change elsewhere can turn their order around. S209:
 * the lower one runs last, and the key is one of the request itself, where nothing is held back.
 */
export function checkAmbiguity(
  ordered: readonly Entry[],
  constraints: readonly Constraint[],
  { writers }: Access,
  ok: AmbiguousOk,
  findings: Findings,
): void {
  const shared = [...writers].filter(([, by]) => by.length > 1);
  if (shared.length === 0) return;
  const runsBefore = precedence(ordered, constraints);
  for (const [key, by] of shared) {
    for (const [index, one] of by.entries()) {
      for (const other of by.slice(index + 1)) {
        if (one.rank === other.rank || !overlap(one.prefixes, other.prefixes) || ok(one, other)) continue;
        const [higher, lower] = one.rank > other.rank ? [one, other] : [other, one];
        if (runsBefore(lower, higher)) continue;
        if (runsBefore(higher, lower)) {
          if (isRequestKey(key)) reportOverwritten(lower, higher, key, findings);
          continue;
        }
        findings.add('S201', [one, other], {
          message: `${label(one)} and ${label(other)} both write "${key}", and nothing says who runs first.`,
          hint: `${isRequestKey(key) ? 'The last to run has the last word' : `${one.name} wins, in whatever order they run`}; say which is meant: overrides: '${other.name}' or after: ['${other.name}'] in ${one.name}, or compose(layers, { ambiguousOk: [['${one.name}', '${other.name}']] }).`,
          key,
        });
      }
    }
  }
}

function reportOverwritten(lower: Entry, higher: Entry, key: string, findings: Findings): void {
  findings.add('S209', [lower, higher], {
    message: `${label(lower)} writes "${key}" after ${label(higher)} has, so the lower layer has the last word.`,
    hint: `Write overrides: '${lower.name}' in ${higher.name} if it stands in for it, or after: ['${lower.name}'] if it corrects it; or let ${lower.name} say updates: ['${key}'].`,
    key,
  });
}

/** Whether the constraints, followed from one to the next, put one entry before another. */
function precedence(
  ordered: readonly Entry[],
  constraints: readonly Constraint[],
): (first: Entry, then: Entry) => boolean {
  const position = new Map(ordered.map((entry, index) => [entry, index]));
  const followers = new Map<Entry, Entry[]>(ordered.map((entry) => [entry, []]));
  for (const { first, then } of constraints) followers.get(first)?.push(then);
  return (first, then) => {
    const limit = position.get(then) ?? 0;
    const reached = new Set([first]);
    for (const entry of reached) {
      for (const follower of followers.get(entry) ?? []) {
        if (follower === then) return true;
        if ((position.get(follower) ?? 0) < limit) reached.add(follower);
      }
    }
    return false;
  };
}
