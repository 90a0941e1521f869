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

/** Takes note of what is registered with a copy of Express from now on. */
export function watchRegistration(express: ExpressModule): void {
  const router = routerMethods(express);
  for (const name of [...VERBS, 'use', 'route', 'param', 'del']) {
    for (const holder of [express.application, router, express.Route.prototype]) {
      if (Object.hasOwn(holder, name))
        replaceMethod(holder, name, (original) => noted(original, holder, name));
    }
  }
}

function noted(original: AnyFunction, holder: Methods, name: string): AnyFunction {
  const isUseOfApp = name === 'use' && 'listen' in holder;
  const isGetOfApp = name === 'get' && 'listen' in holder;
  return function registering(this: unknown, ...args: unknown[]): unknown {
    // It reads a setting, as Express itself does a dozen times for each request.
    if (isGetOfApp && args.length === 1) return Reflect.apply(original, this, args) as unknown;
    const outermost = site === undefined;
    const place = (site ??= siteAbove(registering));
    const before = stackOf(this).length;
    if (isUseOfApp) mounted = [];
    try {
      return Reflect.apply(original, this, args) as unknown;
    } finally {
      for (const layer of stackOf(this).slice(before))
        remember(layer, place, name === 'use' ? pathIn(args) : '/');
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
