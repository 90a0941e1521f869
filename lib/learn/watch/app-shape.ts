import type { LearnedApp, LearnedLayer, LearnedMember } from '../trace.ts';
import {
  type AnyFunction,
  type ExpressApp,
  type ExpressLayer,
  type ExpressRoute,
  type ExpressRouter,
  rootRouter,
} from './express-parts.ts';
import { paramsOf, registrationCount, registrationOf } from './registration.ts';

/** The handlers of an app, and which layers of Express they are. */
export interface AppShape extends LearnedApp {
  /** The places of a layer: several, if its router is mounted several times. */
  readonly indexes: ReadonlyMap<ExpressLayer, readonly number[]>;
  /** The function of each member. */
  readonly handles: readonly AnyFunction[];
}

const shapes = new WeakMap<ExpressApp, { readonly shape: AppShape; readonly count: number }>();

/** Reads what is registered with an app. It is read again when something has been registered since. */
export function shapeOf(app: ExpressApp): AppShape {
  const known = shapes.get(app);
  if (known?.count === registrationCount()) return known.shape;
  const shape = readShape(app);
  shapes.set(app, { shape, count: registrationCount() });
  return shape;
}

/**
 * The place of a layer that takes a request.
 *
 * @param baseUrl - what Express has taken off the path for the routers around it.
 * @returns undefined for a layer that is none of the app's own.
 */
export function indexOf(shape: AppShape, layer: ExpressLayer, baseUrl: string): number | undefined {
  const places = shape.indexes.get(layer);
  if (places === undefined || places.length < 2) return places?.[0];
  return places.find((place) => isUnder(shape.layers[place]?.path ?? '', baseUrl)) ?? places[0];
}

function isUnder(path: string, baseUrl: string): boolean {
  return path.startsWith(baseUrl === '' ? '/' : baseUrl);
}

function readShape(app: ExpressApp): AppShape {
  const layers: LearnedLayer[] = [];
  const members: LearnedMember[] = [];
  const handles: AnyFunction[] = [];
  const indexes = new Map<ExpressLayer, number[]>();
  const around = new Map<object, number>();
  let routers = 0;

  function add(layer: ExpressLayer, path: string | null, method?: string, isLast = false): void {
    const at = registrationOf(layer)?.site.at ?? '<unknown>';
    const kind = layer.handle.length > 3 ? 'error' : method === undefined ? 'use' : 'route';
    const route = method === undefined ? undefined : `${method} ${path ?? '(pattern)'}`;
    // Who answers a route is best known by the route; those before it by their own names.
    const name = (isLast ? route : undefined) ?? nameOf(layer.handle) ?? route ?? at;
    indexes.set(layer, [...(indexes.get(layer) ?? []), layers.length]);
    layers.push({
      name,
      at,
      kind,
      path,
      routers: [...around.values()],
      ...(method !== undefined && { method }),
    });
  }

  function addParams(router: ExpressRouter, path: string | null, position: number): void {
    for (const param of paramsOf(router)) {
      if (param.position !== position) continue;
      const at = registrationOf(param.layer)?.site.at ?? '<unknown>';
      indexes.set(param.layer, [...(indexes.get(param.layer) ?? []), layers.length]);
      layers.push({ name: `param :${param.name}`, at, kind: 'param', path, routers: [...around.values()] });
    }
  }

  function visit(router: ExpressRouter | undefined, prefix: string | null): void {
    // A router may be mounted in itself.
    if (router === undefined || around.has(router)) return;
    around.set(router, routers++);
    for (const [position, layer] of router.stack.entries()) {
      addParams(router, prefix, position);
      if (isExpressOwn(layer, app)) continue;
      const from = layers.length;
      const path = under(prefix, registrationOf(layer)?.path ?? '/');
      const { handle, route } = layer;
      const mounted = registrationOf(layer)?.app;
      if (route !== undefined) {
        const routePath = under(prefix, route.path);
        for (const one of route.stack)
          add(one, routePath, one.method?.toUpperCase() ?? 'ALL', one === route.stack.at(-1));
      } else if (mounted !== undefined) visit(rootRouter(mounted), path);
      else if (Array.isArray(handle.stack)) visit(handle as unknown as ExpressRouter, path);
      else add(layer, path);
      if (around.size > 1) continue;
      members.push(memberOf(layer, from, layers.length));
      handles.push(handle);
    }
    around.delete(router);
  }

  visit(rootRouter(app), '/');
  return { layers, indexes, members, handles };
}

function memberOf(layer: ExpressLayer, from: number, to: number): LearnedMember {
  const { handle, route } = layer;
  const { site, path, app } = registrationOf(layer) ?? {};
  const name = route === undefined ? nameOf(handle) : routeName(route);
  const mount = route === undefined ? mountOf(path) : null;
  return { kind: kindOf(layer, app), name: name ?? '', at: site?.at ?? '<unknown>', mount, from, to };
}

function kindOf({ handle, route }: ExpressLayer, app: ExpressApp | undefined): LearnedMember['kind'] {
  if (route !== undefined) return 'route';
  if (app !== undefined) return 'app';
  if (Array.isArray(handle.stack)) return 'router';
  return handle.length > 3 ? 'error' : 'use';
}

function routeName({ path, stack }: ExpressRoute): string {
  const methods = new Set(stack.map(({ method }) => method?.toUpperCase() ?? 'ALL'));
  return `${[...methods].join(', ')} ${typeof path === 'string' ? path : '(pattern)'}`;
}

/** The plain paths that `use` was given; `null` if any is a pattern, or where the watcher came too late to see it. */
function mountOf(path: unknown): readonly string[] | null {
  const paths: unknown[] = [path].flat();
  const plain = paths.filter((one) => typeof one === 'string').map((one) => one || '/');
  return plain.length === paths.length && plain.every((one) => /^\/[^:*?()[\]{}!+#\\]*$/.test(one))
    ? plain
    : null;
}

/** Express 4 puts two layers of its own first. */
function isExpressOwn(layer: ExpressLayer, app: ExpressApp): boolean {
  const { name } = layer.handle;
  return (
    (name === 'query' || name === 'expressInit') && app._router?.stack.slice(0, 2).includes(layer) === true
  );
}

/** A path below another. `null` for a pattern, and for all below one. */
function under(prefix: string | null, path: unknown): string | null {
  if (prefix === null || typeof path !== 'string') return null;
  const joined = `${prefix}/${path}`.replaceAll(/\/+/g, '/');
  return joined.length > 1 ? joined.replace(/\/$/, '') : joined;
}

function nameOf(handle: AnyFunction): string | undefined {
  const name = handle.name.replace(/^bound /, '');
  return name === '' || name === 'anonymous' || name === '<anonymous>' ? undefined : name;
}
