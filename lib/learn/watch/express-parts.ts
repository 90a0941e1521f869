/** The parts of Express that the watcher takes hold of. They have these names in Express 4 and in 5. */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- handlers and Express's own functions, of any signature
export type AnyFunction = (this: any, ...args: any[]) => any;

/** A router's or a route's entry for one handler. */
export interface ExpressLayer {
  readonly handle: AnyFunction & { readonly stack?: readonly ExpressLayer[] };
  readonly route?: ExpressRoute | undefined;
  /** Of a handler of a route: the method in lower case; undefined for `all`. */
  readonly method?: string | undefined;
}

export interface ExpressRoute {
  readonly path: unknown;
  readonly stack: readonly ExpressLayer[];
}

export interface ExpressRouter {
  readonly stack: readonly ExpressLayer[];
}

export interface ExpressApp {
  readonly request: object;
  readonly response: object;
  /** The root router of Express 4. */
  readonly _router?: ExpressRouter;
  /** The root router of Express 5. In Express 4 its getter throws. */
  readonly router?: ExpressRouter;
}

/** Functions by their names, such as the methods of a router. */
export type Methods = Record<string, AnyFunction | undefined>;

/** The module `express`. */
export interface ExpressModule {
  readonly application: Methods;
  readonly request: object;
  readonly response: object;
  readonly Router: AnyFunction & Partial<Record<'use' | 'prototype', unknown>>;
  readonly Route: { readonly prototype: Methods };
}

/** Whether the exports of a module are those of Express. */
export function isExpress(value: unknown): value is ExpressModule {
  if (typeof value !== 'function' || !('application' in value)) return false;
  const { application, request, response, Router, Route } = value as Partial<ExpressModule>;
  return (
    typeof application?.use === 'function' &&
    typeof request === 'object' &&
    typeof response === 'object' &&
    typeof Router === 'function' &&
    typeof Route === 'function'
  );
}

export function isApp(value: unknown): value is ExpressApp {
  return typeof value === 'function' && 'handle' in value && 'request' in value && 'response' in value;
}

/** The root router of an app, if it has one yet. */
export function rootRouter(app: ExpressApp): ExpressRouter | undefined {
  return app._router ?? ('lazyrouter' in app ? undefined : app.router);
}

/** What the routers of an Express inherit their methods from: in Express 4 it is `Router` itself. */
export function routerMethods({ Router }: ExpressModule): Methods {
  return (Object.hasOwn(Router, 'use') ? Router : Router.prototype) as Methods;
}

/** The class of a router's layers: Express exports none, so it is taken from a router. */
export function layerMethods(express: ExpressModule): Methods {
  const router = express.Router() as ExpressRouter & { use: (handler: AnyFunction) => void };
  router.use(() => undefined);
  return Object.getPrototypeOf(router.stack[0]) as Methods;
}
