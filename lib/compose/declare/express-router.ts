/** A router of Express 4 or 5, as far as its routes are read. */
export interface ExpressRouter {
  readonly stack: readonly ExpressLayer[];
  readonly caseSensitive?: boolean;
  readonly strict?: boolean;
  /** The functions of `router.param`, by parameter. */
  readonly params?: Readonly<Record<string, readonly NamedFunction[]>>;
}

/** What a router holds for each `use`, and for each route. */
export interface ExpressLayer {
  readonly handle: NamedFunction;
  readonly route?: ExpressRoute | undefined;
  /** Express 5, from router 2.2 on: the path as it was given. */
  readonly rawPath?: unknown;
  /** Express 5: it was used without a path. */
  readonly slash?: boolean;
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  /** Express 4: the parameters of its path. */
  readonly keys?: readonly { readonly name: string | number }[];
}

/** A path with the handlers of its methods. */
export interface ExpressRoute {
  readonly path: unknown;
  readonly methods: Readonly<Record<string, boolean | undefined>>;
  /** The handlers in their order; those of `all` have no method. */
  readonly stack: readonly { readonly handle: NamedFunction; readonly method?: string | undefined }[];
}

/** A function, of which only its name and the number of its parameters are looked at. */
export type NamedFunction = (...args: never[]) => unknown;

interface ExpressApp {
  readonly router: ExpressRouter | undefined;
  readonly _router?: ExpressRouter;
  readonly lazyrouter?: unknown;
}

/** Whether it is a router or an app of Express, of whichever version. */
export function isRouter(value: unknown): value is NamedFunction {
  return typeof value === 'function' && 'handle' in value && 'use' in value && 'route' in value;
}

/** The router in a value that {@link isRouter}; undefined for an app of Express 4 to which nothing was added. */
export function routerIn(value: NamedFunction): ExpressRouter | undefined {
  if ('stack' in value && Array.isArray(value.stack)) return value as unknown as ExpressRouter;
  const app = value as unknown as ExpressApp;
  // Express 4 throws when `router` of an app is read.
  return app.lazyrouter === undefined ? app.router : app._router;
}
