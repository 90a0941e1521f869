import type { Learned } from '../trace.ts';
import { findErrors } from './find-errors.ts';
import { findHeaders } from './find-headers.ts';
import { findKeys } from './find-keys.ts';
import { findNext } from './find-next.ts';
import { findOrder } from './find-order.ts';
import { findUnreached } from './find-unreached.ts';
import { type Finding, type FindingId, FINDINGS, type LearnReport } from './finding.ts';
import type { Check, Found } from './found.ts';
import { notesOn } from './notes-on.ts';
import { observedApps } from './observed-app.ts';
import { Way } from './way.ts';

const CHECKS: readonly Check[] = [findHeaders, findKeys, findErrors, findOrder, findUnreached, findNext];

/** How many requests a finding names. */
const MOST_REQUESTS = 5;

/** Looks for all that stands wrong in what was learned. The same of the same handlers is told once. */
export function reportOf(learned: Learned): LearnReport {
  const found = new Map<string, Finding & { readonly requests: string[] }>();

  function add(id: FindingId, { about, message, hint, key, way }: Found): void {
    const places = about.flatMap((layer) =>
      layer === undefined ? [] : [{ name: layer.name, at: layer.at }],
    );
    const which = JSON.stringify([id, places, key]);
    const known = found.get(which) ?? {
      id,
      level: FINDINGS[id].level,
      message,
      hint,
      middlewares: [...new Set(places.map(({ name }) => name))],
      ...(key !== undefined && { key }),
      places,
      requests: [],
      seen: way !== undefined,
    };
    const requests = [...new Set([...known.requests, ...(way?.requests ?? [])])].slice(0, MOST_REQUESTS);
    found.set(which, { ...known, requests, seen: known.seen || way !== undefined });
  }

  for (const [index, app] of learned.apps.entries()) {
    const ways = learned.traces.filter((trace) => trace.app === index).map((trace) => new Way(trace, app));
    for (const check of CHECKS) check(ways, add, app.layers);
  }
  return {
    findings: [...found.values()].sort(byImportance),
    notes: notesOn(learned),
    requests: learned.traces.reduce((sum, { count }) => sum + count, 0),
    apps: observedApps(learned),
  };
}

/** What was seen first, then errors, then by id. */
function byImportance(one: Finding, other: Finding): number {
  return (
    Number(other.seen) - Number(one.seen) ||
    one.level.localeCompare(other.level) ||
    one.id.localeCompare(other.id) ||
    one.middlewares.join().localeCompare(other.middlewares.join())
  );
}
