import type { DeclarationSite } from '../declare/declaration-site.ts';
import { isDeclaredRoutes, type RouteLayers } from '../declare/define-routes.ts';
import { isRouter, type NamedFunction } from '../declare/express-router.ts';
import { unlessPlain } from '../declare/plain-object.ts';
import { shown } from '../diagnose/shown.ts';
import { type Member, routeName } from './route.ts';

/** A router with what is said of it. */
export interface MemberRouter extends Member {
  readonly router: NamedFunction;
}

/**
 * The routers of all layers in the order in which they are asked: the top layer first.
 *
 * @param site - where `composeRoutes` was called. It is the site of routers that were not declared.
 * @throws TypeError when a layer is malformed, or two routers have one name.
 */
export function readRouteLayers(layers: RouteLayers, site: DeclarationSite): MemberRouter[] {
  const odd = unlessPlain(layers);
  if (odd !== undefined) {
    const hint =
      typeof layers === 'function' ? ' Put all routers into a layer: composeRoutes({ base: [router] }).' : '';
    throw new TypeError(
      `composeRoutes takes layers by name, the lowest first, such as composeRoutes({ base: [users, files] }), not ${odd}.${hint}`,
    );
  }
  const members = Object.entries(layers).map(([layer, written], rank) => {
    if (/^\d+$/.test(layer)) {
      throw new TypeError(
        `Layer "${layer}": JavaScript sorts numeric keys to the front of an object, whatever their order; give the layer a name.`,
      );
    }
    if (!Array.isArray(written)) {
      const hint = isRouter(written) ? `; write ${layer}: [router]` : '';
      throw new TypeError(`Layer "${layer}" must be an array of routers, not ${shown(written)}${hint}.`);
    }
    return (written.flat(Infinity) as unknown[])
      .filter((one) => one !== false && one !== null && one !== undefined)
      .map((one, index) => memberOf(one, { layer, rank, site, ordinal: index + 1 }));
  });
  const inOrder = members.reverse().flat();
  checkNames(inOrder);
  return inOrder;
}

function memberOf(
  one: unknown,
  { ordinal, ...place }: Pick<Member, 'layer' | 'rank' | 'site'> & { readonly ordinal: number },
): MemberRouter {
  if (isRouter(one)) {
    return {
      ...place,
      name: `${place.layer}#${ordinal}`,
      isDeclared: false,
      router: one,
      overrides: [],
      falls: [],
    };
  }
  if (typeof one !== 'object' || one === null || !isDeclaredRoutes(one)) {
    const hint =
      typeof one === 'function'
        ? ' A middleware belongs into a layer of compose, or into a router.'
        : typeof one === 'object' && one !== null && 'router' in one
          ? ' Write defineRoutes({ … }) around it.'
          : '';
    throw new TypeError(
      `Layer "${place.layer}", number ${ordinal}: expected a router, or what defineRoutes() returns, not ${shown(one)}.${hint}`,
    );
  }
  const { name, router, overrides = [], falls = [], site } = one;
  return {
    layer: place.layer,
    rank: place.rank,
    site,
    name,
    isDeclared: true,
    router: router,
    overrides: overrides.map(routeName),
    falls: falls === true ? true : falls.map(routeName),
  };
}

function checkNames(members: readonly Member[]): void {
  const names = new Map<string, Member>();
  for (const member of members) {
    const other = names.get(member.name);
    if (other !== undefined) {
      throw new TypeError(
        `Two routers have the name "${member.name}", one of ${other.layer} and one of ${member.layer}: give one of them another.`,
      );
    }
    names.set(member.name, member);
  }
}
