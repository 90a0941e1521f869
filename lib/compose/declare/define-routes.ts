import type { RequestHandler } from 'express';
import { checkRoutes } from './check-routes.ts';
import { type DeclarationSite, declarationSite } from './declaration-site.ts';

/** A router with its declaration, as {@link defineRoutes} takes it. */
export interface RoutesDefinition {
  /** What messages and the plan call it; unique among all routers. */
  readonly name: string;
  /** A router or an app of Express 4 or 5, with all its routes. */
  readonly router: RequestHandler;
  /**
   * The routes of lower layers that routes of this router take the place of: `'GET /users/:id'`, or `'/users/:id'` for
   * every method there. The path is written as the plan shows it.
   */
  readonly overrides?: readonly string[];
  /**
   * The routes of this router that leave requests to the routes behind them: their handlers may call `next()`, or a
   * middleware in front calls `next('route')` or `next('router')`. Written as `overrides`; `true` means all of them.
   */
  readonly falls?: true | readonly string[];
}

/** A router with its declaration, ready for a layer of routes. */
export interface DeclaredRoutes extends RoutesDefinition {
  /** Where it was declared. */
  readonly site: DeclarationSite;
}

/** What may stand in a layer of routes: routers, in nested arrays if one likes; `false`, `null` and `undefined` are none. */
export type RoutesMember =
  DeclaredRoutes | RequestHandler | readonly RoutesMember[] | false | null | undefined;

/** Layers of routes by name, the lowest first; in each, its routers in the order in which they are asked. */
export type RouteLayers = Readonly<Record<string, readonly RoutesMember[]>>;

/**
 * Declares a router for a layer of `composeRoutes`: by which name messages call it, what it takes the place of, and
 * which of its routes leave requests to others.
 *
 * @param definition - the router and what is to be said of it.
 * @returns what stands in a layer. It is frozen, and remembers where it was declared.
 * @throws TypeError when the definition is malformed, or `router` is none.
 *
 * @example
 * ```ts
 * const router = Router();
 * router.get('/users/:id', showUser);
 * export const users = defineRoutes({ name: 'users', router, overrides: ['GET /users/:id'] });
 * ```
 */
export function defineRoutes(definition: RoutesDefinition): DeclaredRoutes {
  checkRoutes(definition);
  const { name, router, overrides, falls } = definition;
  const declared = Object.freeze({
    name,
    router,
    ...(overrides && { overrides: Object.freeze([...overrides]) }),
    ...(falls && { falls: falls === true ? falls : Object.freeze([...falls]) }),
    site: declarationSite(defineRoutes),
  });
  declarations.add(declared);
  return declared;
}

const declarations = new WeakSet<object>();

/** Whether {@link defineRoutes} has made it. */
export function isDeclaredRoutes(member: object): member is DeclaredRoutes {
  return declarations.has(member);
}
