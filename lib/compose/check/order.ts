import type { Findings } from '../diagnose/diagnostic.ts';
import type { Access } from '../plan/access.ts';
import type { Constraint } from '../plan/constraints.ts';
import { type Entry, label } from '../plan/entry.ts';
import { overlap } from '../plan/path-prefix.ts';

/** Whether `ambiguousOk` names a pair, so that its order doesn't matter. */
export type AmbiguousOk = (one: Entry, other: Entry) => boolean;

/** S201: two layers write one key, and no constraint orders them, so a change elsewhere can turn their order around. */
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
        if (runsBefore(one, other) || runsBefore(other, one)) continue;
        findings.add('S201', [one, other], {
          message: `${label(one)} and ${label(other)} both write "${key}", and nothing says who runs first.`,
          hint: `${one.name} wins, in whatever order they run; say which is meant: overrides: '${other.name}' or after: ['${other.name}'] in ${one.name}, or compose(layers, { ambiguousOk: [['${one.name}', '${other.name}']] }).`,
          key,
        });
      }
    }
  }
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

/** Headers that describe a single answer. All others belong on every answer, an early one too. */
const OF_ONE_ANSWER =
  /^(set-cookie|retry-after|ratelimit.*|x-ratelimit-.*|etag|last-modified|content-.*|location|allow|www-authenticate|server-timing|age|expires|link)$/;

/** S205: a middleware may end the response before headers are set, so that a 429, say, has no CORS headers. */
export function checkEarlyEnds(ordered: readonly Entry[], ok: AmbiguousOk, findings: Findings): void {
  const enders: Entry[] = [];
  for (const entry of ordered) {
    const headers = (entry.middleware.headers ?? []).filter(
      (name) => !OF_ONE_ANSWER.test(name.toLowerCase()),
    );
    if (headers.length > 0) {
      const early = enders.filter((ender) => overlap(ender.prefixes, entry.prefixes) && !ok(ender, entry));
      if (early.length > 0) reportEarlyEnds(entry, headers, early, findings);
    }
    if (entry.middleware.ends?.length) enders.push(entry);
  }
}

function reportEarlyEnds(
  setter: Entry,
  headers: readonly string[],
  early: readonly Entry[],
  findings: Findings,
): void {
  const names = early.map((ender) => `${label(ender)} with ${ender.middleware.ends?.join(', ') ?? ''}`);
  findings.add('S205', [setter, ...early], {
    message: `${label(setter)} sets ${headers.join(', ')}, but stands behind one that can end the response: ${names.join('; ')}.`,
    hint: `Write before: [${early.map(({ name }) => `'${name}'`).join(', ')}] in ${setter.name}, so that those answers carry the headers too.`,
    key: headers.join(', '),
  });
}
