import type { DeclarationSite } from '../declare/declaration-site.ts';
import type { Layers } from '../declare/layers.ts';
import type { Entry } from './entry.ts';
import { prefixesOf } from './path-prefix.ts';

/**
 * Makes an entry of each member of each layer. The top layer, which is the outermost, comes first.
 *
 * @param site - where `compose` was called. It is the site of ordinary handlers, which have no declaration.
 * @throws TypeError when a layer is malformed.
 */
export function readLayers(layers: Layers, site: DeclarationSite): Entry[] {
  const plainNames = new Map<string, number>();
  const entries = Object.entries(layers).map(([layer, members], rank) => {
    checkLayer(layer, members);
    return members.map((member, index): Entry => {
      const place = { layer, rank, ordinal: index + 1 };
      if (typeof member !== 'function') {
        return {
          ...place,
          name: member.name,
          middleware: member,
          site: member.site,
          prefixes: prefixesOf(member.path),
          handlesErrors: member.handle.length === 4,
        };
      }
      const name = uniqueName(member.name || 'anonymous', plainNames);
      return {
        ...place,
        name,
        middleware: { name, reads: [], writes: [], handle: member, site },
        site,
        prefixes: undefined,
        handlesErrors: member.length === 4,
      };
    });
  });
  return entries.reverse().flat();
}

/** The names of ordinary handlers were not chosen for a stack, so equal ones get a number, as `jsonParser#2`. */
function uniqueName(name: string, seen: Map<string, number>): string {
  const times = (seen.get(name) ?? 0) + 1;
  seen.set(name, times);
  return times === 1 ? name : `${name}#${times}`;
}

function checkLayer(layer: string, members: unknown): void {
  if (/^\d+$/.test(layer)) {
    throw new TypeError(
      `Layer "${layer}": JavaScript sorts numeric keys to the front of an object, whatever their order; give the layer a name.`,
    );
  }
  if (!Array.isArray(members)) throw new TypeError(`Layer "${layer}" must be an array of middleware.`);
  members.forEach((member: unknown, index) => {
    const declared = typeof member === 'object' && member !== null && 'handle' in member && 'site' in member;
    if (typeof member !== 'function' && !declared) {
      throw new TypeError(
        `Layer "${layer}", entry ${index + 1}: expected an Express handler or what defineMiddleware() returns.`,
      );
    }
  });
}
