import type { Findings } from '../diagnose/diagnostic.ts';
import { didYouMean } from '../diagnose/did-you-mean.ts';
import { isNamed, type Member, type Route, routeLabel, type RouteName } from './route.ts';
import type { Relations } from './shadows.ts';

/** The routes that are never reached, each with the one that takes its place, as its router says. */
export type Replaced = ReadonlyMap<Route, Route>;

/**
 * Finds what is wrong with routes: those that nobody reaches, and `overrides` and `falls` that say what is not so.
 *
 * @returns what is replaced as is meant.
 */
export function checkRoutes(
  routes: readonly Route[],
  members: readonly Member[],
  relations: ReadonlyMap<Route, Relations>,
  findings: Findings,
): Replaced {
  const replaced = new Map<Route, Route>();
  const hidden = new Map<string, { takers: Set<Route>; routes: Route[] }>();
  const groups = new Map<object, number>(routes.map(({ group }, index) => [group, index]));
  for (const route of routes) {
    const coveredBy = relations.get(route)?.coveredBy ?? [];
    const standIn = coveredBy.find((taker) => replaces(taker, route));
    if (standIn !== undefined) replaced.set(route, standIn);
    const inLayer = coveredBy.find((taker) => taker.member.layer === route.member.layer);
    const above = coveredBy.find((taker) => taker.member.layer !== route.member.layer);
    for (const taker of [inLayer, standIn === undefined ? above : undefined]) {
      if (taker === undefined) continue;
      const key = `${groups.get(taker.group) ?? ''} ${groups.get(route.group) ?? ''}`;
      const known = hidden.get(key);
      if (known === undefined) hidden.set(key, { takers: new Set([taker]), routes: [route] });
      else {
        known.takers.add(taker);
        known.routes.push(route);
      }
    }
  }
  for (const { takers, routes: met } of hidden.values()) report([...takers], met, findings);
  for (const member of members) {
    for (const name of member.overrides) checkOverride(member, name, routes, relations, findings);
    if (member.falls === true) continue;
    for (const name of member.falls) checkFalls(member, name, routes, findings);
  }
  return replaced;
}

function replaces(taker: Route, route: Route): boolean {
  return taker.member.rank > route.member.rank && taker.member.overrides.some((name) => isNamed(route, name));
}

/**
 * S121 and S221: routes that are never reached, since others take all their requests.
 *
 * @param takers - of one path, as are those that they hide.
 */
function report(takers: readonly Route[], hidden: readonly Route[], findings: Findings): void {
  const [taker] = takers;
  const [route] = hidden;
  if (taker === undefined || route === undefined) return;
  const [above, below] = [labelOf(takers, taker), labelOf(hidden, route)];
  const about = [
    { name: above, site: taker.member.site },
    { name: below, site: route.member.site },
  ];
  const message = `${below} ${hidden.length === 1 ? 'is' : 'are'} never reached: ${above} ${takers.length === 1 ? 'answers' : 'answer'} first.`;
  const where = taker.member.isDeclared
    ? `in the routes "${taker.member.name}"`
    : 'in a defineRoutes({ name, router, … }) around the router of the first';
  const orElse = `If the first leaves requests to others by next(), write falls: [${quoted(takers)}] ${where}.`;
  if (route.member.layer === taker.member.layer) {
    findings.add('S121', about, {
      message,
      hint: `Keep one of them, or put the narrower one first. ${orElse}`,
      key: route.pattern.text,
    });
  } else {
    const place = hidden.length === 1 ? 'its place' : 'their place';
    findings.add('S221', about, {
      message,
      hint: `If the first is meant to take ${place}, write overrides: [${quoted(hidden)}] ${where}. ${orElse}`,
      key: route.pattern.text,
    });
  }
}

function labelOf(routes: readonly Route[], { pattern, member }: Route): string {
  return `${routes.map(({ method }) => method).join(' and ')} ${pattern.text} (${member.layer})`;
}

function quoted(routes: readonly Route[]): string {
  return routes.map(({ method, pattern }) => `'${method} ${pattern.text}'`).join(', ');
}

/** S122 and S123: an override of a route that is not there, or whose place is not taken. */
function checkOverride(
  member: Member,
  name: RouteName,
  routes: readonly Route[],
  relations: ReadonlyMap<Route, Relations>,
  findings: Findings,
): void {
  const about = [{ name: member.name, site: member.site }];
  const who = `The routes "${member.name}" (${member.layer})`;
  const named = routes.filter((route) => isNamed(route, name));
  const lower = named.filter((route) => route.member.rank < member.rank);
  const [other] = named.filter((route) => route.member !== member);
  if (lower.length === 0 && other === undefined) {
    findings.add('S122', about, {
      message: `${who} override ${name.written}, which is no route of another router.`,
      hint: `${didYouMean(
        name.written,
        namesOf(routes, name, (route) => route.member.rank < member.rank),
      )}Take it away if there is nothing to replace.`,
      key: name.written,
    });
    return;
  }
  const left = lower.filter(
    (route) => !relations.get(route)?.coveredBy.some((taker) => taker.member === member),
  );
  const [kept = lower.length === 0 ? other : undefined] = left;
  if (kept === undefined) return;
  findings.add('S123', [...about, { name: routeLabel(kept), site: kept.member.site }], {
    message: `${who} override ${name.written}, but ${routeLabel(kept)} ${lower.length === 0 ? 'stands in a layer that is no lower' : 'is still reached'}.`,
    hint:
      lower.length === 0
        ? `Move ${member.name} to a higher layer: only that can override.`
        : 'Name only routes all of whose requests are answered here: what takes some of them, or may leave them to others, needs no overrides.',
    key: name.written,
  });
}

/** S122: `falls` names a route that the router does not have. */
function checkFalls(member: Member, name: RouteName, routes: readonly Route[], findings: Findings): void {
  if (routes.some((route) => route.member === member && isNamed(route, name))) return;
  findings.add('S122', [{ name: member.name, site: member.site }], {
    message: `The routes "${member.name}" (${member.layer}) say that ${name.written} falls through, but have no such route.`,
    hint: `${didYouMean(
      name.written,
      namesOf(routes, name, (route) => route.member === member),
    )}Write the path as the plan shows it, with those of the routers around it.`,
    key: name.written,
  });
}

function namesOf(
  routes: readonly Route[],
  { method }: RouteName,
  isMeant: (route: Route) => boolean,
): string[] {
  return routes
    .filter(isMeant)
    .map((route) => (method === undefined ? route.pattern.text : `${route.method} ${route.pattern.text}`));
}
