import { readAccess, type Access } from './access.ts';
import { checkAmbiguity, checkEarlyEnds, checkOverwrittenHeaders, type AmbiguousOk } from './checks/order.ts';
import { checkLosingReads, checkReads, checkUnread } from './checks/reads.ts';
import { checkHeaders, checkWriters } from './checks/writers.ts';
import { readConstraints, type Constraint } from './constraints.ts';
import { reportCycles } from './cycles.ts';
import { Findings, type Diagnostic } from './diagnostic.ts';
import type { Entry } from './entry.ts';
import { settleGroups, type Loss } from './exclusive.ts';
import { readLayers, type Layers } from './layers.ts';
import type { PlanOptions } from './options.ts';
import { orderOf } from './order.ts';
import { applyOverrides } from './overrides.ts';
import { shuffledPriorities } from './shuffle.ts';
import { StackError } from './stack-error.ts';

/** What `compose` has worked out, once for all requests. */
export interface Plan {
  /** In the order of running. */
  readonly entries: readonly Entry[];
  readonly constraints: readonly Constraint[];
  readonly access: Access;
  /** The keys that lost their exclusive group. */
  readonly losses: ReadonlyMap<string, Loss>;
  /** Every state key that somebody declares. */
  readonly keys: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Overrides, then constraints, then the order, then what the order says about ties.
 *
 * @throws StackError with everything that is wrong.
 */
export function planStack(layers: Layers, options: PlanOptions): Plan {
  const findings = new Findings();
  const roster = applyOverrides(readLayers(layers), findings);
  const access = readAccess(roster.entries);
  const given = new Set<string>(options.given);
  const constraints = readConstraints(roster, access, findings);
  const losses = settleGroups(options.exclusive ?? {}, access, findings);
  checkReads(roster.entries, access, given, findings);
  checkWriters(access, findings);
  checkHeaders(access, findings);

  const priority =
    options.shuffle === undefined ? undefined : shuffledPriorities(roster.entries.length, options.shuffle);
  const { entries, stuck } = orderOf(roster.entries, constraints, priority);
  if (stuck.length > 0) reportCycles(stuck, constraints, findings);

  const ok = ambiguousOk(options.ambiguousOk ?? []);
  checkUnread(access, new Set<string>(options.reads), losses, findings);
  checkLosingReads(access, given, losses, findings);
  if (stuck.length === 0) {
    checkAmbiguity(entries, constraints, access, ok, findings);
    checkOverwrittenHeaders(entries, access, findings);
    checkEarlyEnds(entries, ok, findings);
  }

  const diagnostics = inOrder(findings.all, options.silence ?? []);
  if (findings.errors.length > 0) throw new StackError(diagnostics);
  return { entries, constraints, access, losses, keys: keysOf(access, given, losses), diagnostics };
}

/** Errors first, and by id; among equals as they were found. */
function inOrder(found: readonly Diagnostic[], silenced: readonly string[]): Diagnostic[] {
  return found.filter(({ id }) => !silenced.includes(id)).sort((a, b) => a.id.localeCompare(b.id));
}

function keysOf(
  { readers, writers }: Access,
  given: Iterable<string>,
  losses: ReadonlyMap<string, Loss>,
): string[] {
  return [...new Set([...writers.keys(), ...readers.keys(), ...given, ...losses.keys()])].sort();
}

function ambiguousOk(pairs: readonly (readonly [string, string])[]): AmbiguousOk {
  const known = new Set(pairs.flatMap(([one, other]) => [`${one}\0${other}`, `${other}\0${one}`]));
  return (one, other) => known.has(`${one.name}\0${other.name}`);
}
