import { covers, mayMeet, meets } from './path-pattern.ts';
import { isNamed, type Route } from './route.ts';

/** How a route stands to those that are asked before it. */
export interface Relations {
  /** Those of which each takes all its requests, so that it is never reached. */
  readonly coveredBy: readonly Route[];
  /** Those of higher layers that take some of its requests, and those that may leave requests to it. */
  readonly behind: readonly Route[];
}

/**
 * Compares each route with those that are asked before it.
 *
 * @param routes - in the order in which they are asked.
 */
export function compareRoutes(routes: readonly Route[]): ReadonlyMap<Route, Relations> {
  const groups = new Map<object, Route[]>();
  for (const route of routes) {
    const group = groups.get(route.group);
    if (group === undefined) groups.set(route.group, [route]);
    else group.push(route);
  }
  const earlier: Route[][] = [];
  const relations = new Map<Route, Relations>();
  for (const [group, members] of groups) {
    for (const route of members) relations.set(route, relationsOf(route, earlier));
    if (members.some(({ method }) => method !== 'USE')) earlier.push(groups.get(group) ?? []);
  }
  return relations;
}

/** @param earlier - the routes that are asked before, those of one path that were registered together in one array. */
function relationsOf(route: Route, earlier: readonly (readonly Route[])[]): Relations {
  const coveredBy: Route[] = [];
  const behind: Route[] = [];
  for (const group of earlier) {
    const [first] = group;
    if (first === undefined || !mayMeet(first.pattern, route.pattern)) continue;
    const some = group.filter((one) => sharesMethod(one, route));
    const taker = takerOf(
      route,
      some.filter((one) => !falls(one)),
    );
    if (taker !== undefined && covers(first.pattern, route.pattern)) {
      coveredBy.push(taker);
    } else if (route.method !== 'USE') {
      // What stands at the end of its router answers what is left, whatever that is.
      const before = some.filter((one) => one.member.rank > route.member.rank || falls(one));
      if (before.length > 0 && meets(first.pattern, route.pattern)) behind.push(...before);
    }
  }
  return { coveredBy, behind };
}

export function falls(route: Route): boolean {
  const { falls: named } = route.member;
  return named === true || named.some((name) => isNamed(route, name));
}

function sharesMethod(one: Route, other: Route): boolean {
  return (
    takesEvery(one) || takesEvery(other) || methodsOf(one).some((method) => methodsOf(other).includes(method))
  );
}

/** Of those that answer the paths of a route, the one that takes its method; undefined when they take a part of it. */
function takerOf(route: Route, answering: readonly Route[]): Route | undefined {
  const taken = answering.flatMap(methodsOf);
  const all = answering.find(takesEvery);
  if (takesEvery(route) || !methodsOf(route).every((method) => taken.includes(method))) return all;
  return (
    answering.find(({ method }) => method === route.method) ??
    answering.find((one) => sharesMethod(one, route))
  );
}

function takesEvery({ method }: Route): boolean {
  return method === 'ALL' || method === 'USE';
}

function methodsOf({ method, answersHead }: Route): readonly string[] {
  return answersHead ? [method, 'HEAD'] : [method];
}
