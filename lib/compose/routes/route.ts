import type { DeclarationSite } from '../declare/declaration-site.ts';
import type { PathPattern } from './path-pattern.ts';

/** A router in its place in the layers. */
export interface Member {
  readonly name: string;
  readonly layer: string;
  /** The height of its layer: the lowest is 0. */
  readonly rank: number;
  readonly site: DeclarationSite;
  /** Whether it has a name of its own. */
  readonly isDeclared: boolean;
  readonly overrides: readonly RouteName[];
  readonly falls: true | readonly RouteName[];
}

/** A route as `overrides` and `falls` name it. */
export interface RouteName {
  /** As it was written. */
  readonly written: string;
  /** Undefined for every method. */
  readonly method: string | undefined;
  readonly path: string;
}

/** What a method of a path is answered by. */
export interface Route {
  readonly member: Member;
  /** In capitals; `ALL` for what answers every method, `USE` for a middleware behind which its router has no routes. */
  readonly method: string;
  readonly pattern: PathPattern;
  /** The same for all methods that were registered together, by `router.route()`. */
  readonly group: object;
  /** Whether Express hands it HEAD too. */
  readonly answersHead: boolean;
  /** The name of its last handler. */
  readonly handler: string;
  /** The names of what runs before that handler: of the routers around it, and of its own. */
  readonly through: readonly string[];
  /** The names of the error handlers behind it in its routers. */
  readonly onErrors: readonly string[];
}

/** A route as messages name it: `GET /users/:id (oss)`. */
export function routeLabel({ method, pattern, member }: Route): string {
  return `${method} ${pattern.text} (${member.layer})`;
}

/** Reads the name of a route, which was checked where it was written. */
export function routeName(written: string): RouteName {
  const space = written.startsWith('/') ? -1 : written.indexOf(' ');
  return {
    written,
    method: space === -1 ? undefined : written.slice(0, space),
    path: written.slice(space + 1),
  };
}

export function isNamed({ method, pattern }: Route, name: RouteName): boolean {
  return pattern.text === name.path && (name.method === undefined || name.method === method);
}
