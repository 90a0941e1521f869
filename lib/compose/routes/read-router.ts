import { METHODS } from 'node:http';
import {
  type ExpressLayer,
  type ExpressRoute,
  type ExpressRouter,
  isRouter,
  type NamedFunction,
  routerIn,
} from '../declare/express-router.ts';
import { mountPathsOf } from './mount-path.ts';
import type { PathSyntax } from './path-parts.ts';
import {
  below,
  EVERYWHERE,
  meets,
  mountedAt,
  type PathPattern,
  routeAt,
  unknownMount,
} from './path-pattern.ts';
import type { Member, Route } from './route.ts';

/** A middleware of a router, and the requests that it sees. */
interface Passed {
  readonly name: string;
  readonly reach: PathPattern;
}

/** Where a router stands. */
interface Standing {
  readonly member: Member;
  readonly around: PathPattern;
  /** The middleware in front of it. */
  readonly before: readonly Passed[];
  /** The error handlers behind it. */
  readonly behind: readonly Passed[];
  /** The routers that it stands in: a router that uses itself is read once. */
  readonly within: readonly ExpressRouter[];
}

/** The routes of a router or an app, in the order in which they are asked. */
export function routesOf(member: Member, router: NamedFunction): Route[] {
  return read(router, { member, around: EVERYWHERE, before: [], behind: [], within: [] });
}

function read(handler: NamedFunction, standing: Standing): Route[] {
  const router = routerIn(handler);
  if (router === undefined || standing.within.includes(router)) return [];
  const within = [...standing.within, router];
  const before = [...standing.before];
  const routes: Route[] = [];
  /** The middleware behind the last route, which may answer by itself. */
  let last: { passed: Passed[]; layer: ExpressLayer }[] = [];
  for (const [index, layer] of router.stack.entries()) {
    const behind = [...errorHandlers(router, standing, index + 1), ...standing.behind];
    if (layer.route !== undefined) {
      last = [];
      routes.push(...readRoute(layer, layer.route, router, { ...standing, before, behind }));
    } else if (isRouter(layer.handle)) {
      last = [];
      for (const around of mountsOf(layer, router, standing.around)) {
        routes.push(...read(layer.handle, { ...standing, around, before, behind, within }));
      }
    } else if (!handlesErrors(layer.handle) && !OF_EXPRESS_4.has(nameOf(layer.handle))) {
      const passed = passedBy(layer, router, standing.around);
      last.push({ passed, layer });
      before.push(...passed);
    }
  }
  return [...routes, ...readLast(last, before, standing)];
}

/** What an app of Express 4 adds to itself. */
const OF_EXPRESS_4 = new Set(['query', 'expressInit']);

/** A route for each path at which middleware stands behind which there are no routes, such as `express.static`. */
function readLast(
  last: readonly { readonly passed: readonly Passed[]; readonly layer: ExpressLayer }[],
  before: readonly Passed[],
  { member, behind }: Standing,
): Route[] {
  const byPath = new Map<string, Passed>();
  for (const passed of last.flatMap((one) => one.passed)) byPath.set(passed.reach.text, passed);
  return [...byPath.values()].map((passed) => {
    const earlier = before.slice(0, before.indexOf(passed));
    return {
      member,
      method: 'USE',
      pattern: passed.reach.text === '' ? { ...passed.reach, text: '/' } : passed.reach,
      group: passed,
      answersHead: true,
      handler: passed.name,
      through: namesOnTheWay(earlier, passed.reach),
      onErrors: namesOnTheWay(behind, passed.reach),
    };
  });
}

function readRoute(
  layer: ExpressLayer,
  route: ExpressRoute,
  router: ExpressRouter,
  { member, around, before, behind }: Standing,
): Route[] {
  const syntax = { ...syntaxOf(layer, router), isStrict: router.strict === true };
  return [route.path].flat(Infinity).flatMap((path) => {
    const pattern = routeAt(around, path, syntax);
    const group = {};
    const answersHead = route.methods.head !== true;
    return methodsOf(route).map(({ method, handlers }) => ({
      member,
      method,
      pattern,
      group,
      answersHead: answersHead && method === 'GET',
      handler: handlers.at(-1) ?? '',
      through: [...namesOnTheWay(before, pattern), ...paramsOf(router, pattern), ...handlers.slice(0, -1)],
      onErrors: namesOnTheWay(behind, pattern),
    }));
  });
}

/** The methods of a route, each with the names of the handlers that a request passes, up to the last of its own. */
function methodsOf({ stack, methods }: ExpressRoute): { method: string; handlers: string[] }[] {
  // `all` of an app registers each method by itself.
  const isAll = METHODS.every((method) => methods[method.toLowerCase()] === true);
  const layers = isAll
    ? stack.filter(({ method }) => method === 'get').map(({ handle }) => ({ handle, method: undefined }))
    : stack;
  const own = new Set(layers.map(({ method }) => method));
  return [...own].flatMap((method) => {
    const end = layers.findLastIndex((layer) => layer.method === method) + 1;
    // What runs for every method in front of those of one method is a middleware of these.
    if (method === undefined && layers.slice(end).some((layer) => layer.method !== undefined)) return [];
    const handlers = layers
      .slice(0, end)
      .filter((layer) => layer.method === undefined || layer.method === method)
      .map(({ handle }) => nameOf(handle));
    return [{ method: method?.toUpperCase() ?? 'ALL', handlers }];
  });
}

function errorHandlers(router: ExpressRouter, { around }: Standing, from: number): Passed[] {
  return router.stack
    .slice(from)
    .filter(({ handle, route }) => route === undefined && !isRouter(handle) && handlesErrors(handle))
    .flatMap((layer) => passedBy(layer, router, around));
}

function handlesErrors({ length }: NamedFunction): boolean {
  return length === 4;
}

function passedBy(layer: ExpressLayer, router: ExpressRouter, around: PathPattern): Passed[] {
  return mountsOf(layer, router, around).map((mount) => ({
    name: nameOf(layer.handle),
    reach: below(mount),
  }));
}

function mountsOf(layer: ExpressLayer, router: ExpressRouter, around: PathPattern): PathPattern[] {
  const paths = mountPathsOf(layer);
  return paths === undefined
    ? [unknownMount(around, 'a mount whose path this version of Express does not keep')]
    : paths.map((path) => mountedAt(around, path, syntaxOf(layer, router)));
}

function syntaxOf(layer: ExpressLayer, router: ExpressRouter): PathSyntax {
  return { version: layer.regexp === undefined ? 5 : 4, isCaseSensitive: router.caseSensitive === true };
}

/** The names of those that see some of the requests of a pattern. Where that is not known, they may. */
function namesOnTheWay(passed: readonly Passed[], pattern: PathPattern): string[] {
  return passed.filter(({ reach }) => mayPass(reach, pattern)).map(({ name }) => name);
}

function mayPass(reach: PathPattern, pattern: PathPattern): boolean {
  const isKnown = reach.text !== '' && reach.paths !== undefined && pattern.paths !== undefined;
  return !isKnown || meets(reach, pattern);
}

/** What `router.param` has, for the parameters of a path. */
function paramsOf({ params = {} }: ExpressRouter, { text }: PathPattern): string[] {
  const names = new Set([...text.matchAll(/[:*]"?(?<name>[\w$]+)/g)].map(({ groups }) => groups?.name));
  return Object.entries(params)
    .filter(([name]) => names.has(name))
    .flatMap(([name, handlers]) => handlers.map((handle) => `${nameOf(handle)} of :${name}`));
}

function nameOf({ name }: NamedFunction): string {
  return name === '' ? 'anonymous' : name;
}
