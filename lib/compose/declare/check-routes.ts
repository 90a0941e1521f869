import { didYouMean } from '../diagnose/did-you-mean.ts';
import { shown } from '../diagnose/shown.ts';
import { isRouter } from './express-router.ts';
import { faultOfNames } from './name-list.ts';
import { unlessPlain } from './plain-object.ts';

/** How a route is written: a method in capitals and a path, or a path alone. The path may be a regular expression. */
const ROUTE = /^(?:[A-Z]+(?:-[A-Z]+)* )?\/.*$/;
const FIELDS = ['name', 'router', 'overrides', 'falls'];

/**
 * Refuses a malformed definition of routes.
 *
 * @throws TypeError that names the router, what is wrong, and what to write.
 */
export function checkRoutes(definition: unknown): void {
  const odd = unlessPlain(definition);
  if (odd !== undefined) {
    const hint = typeof definition === 'function' ? ' Give it a name: { name, router }.' : '';
    throw new TypeError(
      `defineRoutes takes one plain object, such as defineRoutes({ name: 'users', router }), not ${odd}.${hint}`,
    );
  }
  const { name, router, overrides, falls } = definition as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`Routes need a name, such as 'users'. It is ${shown(name)}.`);
  }
  const fault =
    faultOfFields(definition as object) ??
    (isRouter(router)
      ? undefined
      : `router must be a router or an app of Express, not ${shown(router)}.${hintFor(router)}`) ??
    faultOfRoutes('overrides', overrides) ??
    (falls === true ? undefined : faultOfRoutes('falls', falls));
  if (fault !== undefined) throw new TypeError(`Routes "${name}": ${fault}`);
}

function faultOfFields(definition: object): string | undefined {
  const unknown = Object.keys(definition).find((field) => !FIELDS.includes(field));
  return unknown === undefined
    ? undefined
    : `there is no field "${unknown}". ${didYouMean(unknown, FIELDS)}The fields are ${FIELDS.join(', ')}.`;
}

function hintFor(router: unknown): string {
  return typeof router === 'function'
    ? ' A middleware belongs into a layer of compose, or into a router.'
    : '';
}

function faultOfRoutes(field: string, routes: unknown): string | undefined {
  if (routes === undefined) return undefined;
  const fault = faultOfNames(field, routes);
  if (fault !== undefined) return fault;
  for (const route of routes as string[]) {
    if (ROUTE.test(route)) continue;
    const [, method = '', path = ''] = /^([a-z-]+) (\/.*)$/i.exec(route) ?? [];
    const meant = path === '' ? '' : ` Write '${method.toUpperCase()} ${path}'.`;
    return `${field} takes routes, such as 'GET /users/:id', or '/users/:id' for every method, not ${shown(route)}.${meant}`;
  }
  return undefined;
}
