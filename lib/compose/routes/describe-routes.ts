import type { Replaced } from './check-routes.ts';
import { type Route, routeLabel } from './route.ts';
import { falls, type Relations } from './shadows.ts';

/** An entry of `routes.plan`: what answers a method of a path. Others are named as in `'GET /users/:id (oss)'`. */
export interface PlannedRoute {
  /**
   * In capitals. `ALL` is what answers every method. `USE` is a middleware at the end of its router, such as
   * `express.static`: it may answer any request at or below its path.
   */
  readonly method: string;
  /** As it was written, with the paths of the routers around it. */
  readonly path: string;
  readonly layer: string;
  /** The name of the router. */
  readonly router: string;
  /** The name of the handler that answers. */
  readonly handler: string;
  /** The names of what its requests, or some of them, pass before that: middleware of its routers, and its own. */
  readonly through: readonly string[];
  /** The names of the error handlers that its routers have for it. */
  readonly onErrors: readonly string[];
  /** The routes of lower layers whose place it takes, as its router says. */
  readonly overrides: readonly string[];
  /** The routes of higher layers that take some of its requests first, and those that may leave requests to it. */
  readonly behind: readonly string[];
  /** Set if it leaves requests to the routes behind it, as its router says. */
  readonly falls?: true;
  /** The route that takes its place, as the router of that one says: it is never reached. */
  readonly replacedBy?: string;
  /** The route that takes all its requests, though nobody says that it should: it is never reached. */
  readonly hiddenBy?: string;
  /** Why its path was not compared with those of others. */
  readonly notCompared?: string;
  /** Where its router was declared, as `file:line`. */
  readonly at: string;
}

/** The plan of routes as people and tools read it, in the order in which they are asked. */
export function describeRoutes(
  routes: readonly Route[],
  relations: ReadonlyMap<Route, Relations>,
  replaced: Replaced,
): readonly PlannedRoute[] {
  return routes.map((route) => {
    const { member, method, pattern, handler, through, onErrors } = route;
    const { coveredBy = [], behind = [] } = relations.get(route) ?? {};
    const standIn = replaced.get(route);
    const [taker] = coveredBy;
    return {
      method,
      path: pattern.text,
      layer: member.layer,
      router: member.name,
      handler,
      through,
      onErrors,
      overrides: routes.filter((other) => replaced.get(other) === route).map(routeLabel),
      behind: behind.map(routeLabel),
      ...(falls(route) && { falls: true }),
      ...(standIn !== undefined && { replacedBy: routeLabel(standIn) }),
      ...(standIn === undefined && taker !== undefined && { hiddenBy: routeLabel(taker) }),
      ...(pattern.opaque !== undefined && { notCompared: pattern.opaque }),
      at: String(member.site),
    };
  });
}
