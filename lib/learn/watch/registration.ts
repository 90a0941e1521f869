/**
 * Where each handler was registered. `use`, `route`, `all`, `param` and the verbs of applications, routers and routes
 * are replaced before the app loads. The outermost of them knows the caller: the app's own line.
 */
import { METHODS } from 'node:http';
import {
  type AnyFunction,
  type ExpressApp,
  type ExpressLayer,
  type ExpressModule,
  type ExpressRoute,
  isApp,
  type Methods,
  routerMethods,
} from './express-parts.ts';
import { type RegistrationSite, siteAbove } from './registration-site.ts';
import { replaceMethod } from './replace-method.ts';

/** What was given when a layer was registered. */
export interface Registration {
  readonly site: RegistrationSite;
  /** The path that `use` was given. */
  readonly path: unknown;
  /** The app that `use` was given. */
  app?: ExpressApp;
}

const registrations = new WeakMap<ExpressLayer, Registration>();
let changes = 0;

/** What is known of a layer's registration: nothing, if it was made before the watcher came. */
export function registrationOf(layer: ExpressLayer): Registration | undefined {
  return registrations.get(layer);
}

/** How many registrations there were so far: what was read of an app holds until there is another. */
export function registrationCount(): number {
  return changes;
}

const VERBS = [...METHODS.map((method) => method.toLowerCase()), 'all'];

/** The place of the call that is registering now. */
let site: RegistrationSite | undefined;
let mounted: Registration[] = [];

/** A callback of `router.param`. */
export interface ParamCallback {
  /** It stands for the callback as the layers stand for their handlers. */
  readonly layer: ExpressLayer;
  /** The parameter's name. */
  readonly name: string;
  /** How many layers its router had when it was registered. */
  readonly position: number;
}

const params = new WeakMap<object, ParamCallback[]>();

/** The callbacks of `router.param` of a router, in the order of registration. */
export function paramsOf(router: object): readonly ParamCallback[] {
  return params.get(router) ?? [];
}

/**
 * Takes note of what is registered with a copy of Express from now on.
 *
 * @param watchedParam - gives what runs in the place of a callback of `router.param`, which Express calls without a layer.
 */
export function watchRegistration(
  express: ExpressModule,
  watchedParam: (layer: ExpressLayer) => AnyFunction,
): void {
  const router = routerMethods(express);
  for (const name of [...VERBS, 'use', 'route', 'param', 'del']) {
    for (const holder of [express.application, router, express.Route.prototype]) {
      if (Object.hasOwn(holder, name))
        replaceMethod(holder, name, (original) => noted(original, holder, name, watchedParam));
    }
  }
}

function noted(
  original: AnyFunction,
  holder: Methods,
  name: string,
  watchedParam: (layer: ExpressLayer) => AnyFunction,
): AnyFunction {
  const isUseOfApp = name === 'use' && 'listen' in holder;
  const isGetOfApp = name === 'get' && 'listen' in holder;
  return function registering(this: unknown, ...args: unknown[]): unknown {
    // It reads a setting, as Express itself does a dozen times for each request.
    if (isGetOfApp && args.length === 1) return Reflect.apply(original, this, args) as unknown;
    const outermost = site === undefined;
    const place = (site ??= siteAbove(registering));
    const before = stackOf(this).length;
    const callbacks = name === 'param' ? callbacksOf(this, args[0]).length : 0;
    if (isUseOfApp) mounted = [];
    try {
      return Reflect.apply(original, this, args) as unknown;
    } finally {
      for (const layer of stackOf(this).slice(before))
        remember(layer, place, name === 'use' ? pathIn(args) : '/');
      if (name === 'param') rememberParam(this, args[0], callbacks, place, watchedParam);
      if (isUseOfApp) linkApps(args);
      if (outermost) site = undefined;
    }
  };
}

function remember(layer: ExpressLayer, place: RegistrationSite, path: unknown): void {
  changes++;
  const registration: Registration = { site: place, path };
  registrations.set(layer, registration);
  if (layer.handle.name === 'mounted_app') mounted.push(registration);
}

/** The last callback of a parameter, if there is one more than before. */
function rememberParam(
  router: unknown,
  given: unknown,
  before: number,
  place: RegistrationSite,
  watchedParam: (layer: ExpressLayer) => AnyFunction,
): void {
  const callbacks = callbacksOf(router, given);
  const handle = callbacks.at(-1);
  if (callbacks.length <= before || handle === undefined) return;
  const layer: ExpressLayer = { handle };
  remember(layer, place, '/');
  callbacks[callbacks.length - 1] = watchedParam(layer);
  const known = params.get(router as object) ?? [];
  params.set(router as object, known);
  known.push({ layer, name: paramName(given), position: stackOf(router).length });
}

function callbacksOf(router: unknown, given: unknown): AnyFunction[] {
  return (router as { params?: Record<string, AnyFunction[]> }).params?.[paramName(given)] ?? [];
}

/** Express 4 takes `:id` for `id`. */
function paramName(given: unknown): string {
  return typeof given === 'string' ? given.replace(/^:/, '') : '';
}

/** Express puts a function of its own around an app that is mounted; they come in the order of the arguments. */
function linkApps(args: readonly unknown[]): void {
  const apps = args.flat(Infinity).filter(isApp);
  mounted.forEach((registration, index) => {
    const app = apps[index];
    if (app !== undefined) registration.app = app;
  });
  mounted = [];
}

function stackOf(holder: unknown): readonly ExpressLayer[] {
  // A router or a route has a stack of its own; an app leaves it to its router.
  return (holder as Partial<ExpressRoute>).stack ?? [];
}

/** The path that `use` was given: what is neither a function nor an array that begins with one. */
function pathIn([first]: readonly unknown[]): unknown {
  let start = first;
  while (Array.isArray(start) && start.length > 0) start = start[0] as unknown;
  return typeof start === 'function' ? '/' : first;
}
