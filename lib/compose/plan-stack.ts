import { readAmbiguousOk } from './check/ambiguous-ok.ts';
import { reportCycles } from './check/cycles.ts';
import { checkEarlyAnswers } from './check/early-answers.ts';
import { checkErrorHandlers } from './check/error-handlers.ts';
import { checkHeaders, checkOverwrittenHeaders } from './check/headers.ts';
import { checkAmbiguity } from './check/order.ts';
import { checkLosingReads, checkReads, checkUnread } from './check/reads.ts';
import { checkRouters } from './check/routers.ts';
import { checkWriters } from './check/writers.ts';
import type { DeclarationSite } from './declare/declaration-site.ts';
import { isRequestKey } from './declare/keys.ts';
import type { Layers } from './declare/layers.ts';
import { Findings } from './diagnose/diagnostic.ts';
import { levelled } from './diagnose/levels.ts';
import { StackError } from './diagnose/stack-error.ts';
import { type Access, readAccess } from './plan/access.ts';
import { readConstraints } from './plan/constraints.ts';
import { type LosingKey, settleGroups } from './plan/exclusive.ts';
import { orderOf } from './plan/order.ts';
import { applyOverrides } from './plan/overrides.ts';
import type { Plan } from './plan/plan.ts';
import type { PlanOptions } from './plan/plan-options.ts';
import { readLayers } from './plan/read-layers.ts';
import { shuffledPriorities } from './plan/shuffle.ts';
import { orderUpdates } from './plan/updates.ts';
import { wayBackOf } from './plan/way-back.ts';

/**
 * Makes the plan of a stack. First overrides are settled, then constraints are read, then the order is found. The
 * checks that need an order run last.
 *
 * @param site - where `compose` was called.
 * @throws StackError with everything that is wrong.
 */
export function planStack(layers: Layers, options: PlanOptions, site: DeclarationSite): Plan {
  const findings = new Findings();
  const resolved = applyOverrides(readLayers(layers, site), findings);
  const access = readAccess(resolved.entries);
  const given = new Set<string>(options.given);
  const asked = readConstraints(resolved, access, findings);
  const constraints = [...asked, ...orderUpdates(resolved.entries, asked, access)];
  const losingKeys = settleGroups(options.exclusive ?? {}, access, findings);
  checkReads(resolved.entries, access, given, findings);
  checkWriters(access, findings);
  checkHeaders(access, findings);
  checkRouters(resolved.entries, findings);

  const priority =
    options.shuffle === undefined ? undefined : shuffledPriorities(resolved.entries.length, options.shuffle);
  const { entries, stuck } = orderOf(resolved.entries, constraints, priority);
  if (stuck.length > 0) reportCycles(stuck, constraints, findings);

  const ok = readAmbiguousOk(options.ambiguousOk ?? [], resolved.byName, site, findings);
  checkUnread(access, new Set<string>(options.reads), losingKeys, findings);
  checkLosingReads(access, given, losingKeys, findings);
  if (stuck.length === 0) {
    checkAmbiguity(entries, constraints, access, ok, findings);
    checkOverwrittenHeaders(entries, access, findings);
    checkEarlyAnswers(entries, ok, findings);
    checkErrorHandlers(entries, findings);
  }

  const diagnostics = levelled(findings.all, options);
  if (diagnostics.some(({ level }) => level === 'error')) throw new StackError(diagnostics);
  return {
    entries,
    wayBack: wayBackOf(entries),
    constraints,
    access,
    losingKeys,
    keys: keysOf(access, given, losingKeys),
    diagnostics,
  };
}

/** Every key of `req.state` that a middleware declares, that is given, or that lost its exclusive group. */
function keysOf(
  { readers, providers }: Access,
  given: Iterable<string>,
  losingKeys: ReadonlyMap<string, LosingKey>,
): string[] {
  const all = [...providers.keys(), ...readers.keys(), ...given, ...losingKeys.keys()];
  return [...new Set(all.filter((key) => !isRequestKey(key)))].sort();
}
