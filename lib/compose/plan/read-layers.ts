import type { DeclarationSite } from '../declare/declaration-site.ts';
import type { LayerEntry, Layers } from '../declare/layers.ts';
import type { Entry } from './entry.ts';
import { membersOf } from './layer-members.ts';
import { prefixesOf } from './path-prefix.ts';

/**
 * Makes an entry of each member of each layer. The top layer, which is the outermost, comes first.
 *
 * @param site - where `compose` was called. It is the site of ordinary handlers, which have no declaration.
 * @throws TypeError when a layer is malformed.
 */
export function readLayers(layers: Layers, site: DeclarationSite): Entry[] {
  const plainNames = new Map<string, number>();
  const entries = Object.entries(layers).map(([layer, members], rank) =>
    membersOf(layer, members).map((member, index): Entry => {
      return { layer, rank, ordinal: index + 1, ...declared(member, plainNames, site) };
    }),
  );
  return entries.reverse().flat();
}

/** What an entry says of itself. */
function declared(
  member: LayerEntry,
  plainNames: Map<string, number>,
  site: DeclarationSite,
): Omit<Entry, 'layer' | 'rank' | 'ordinal'> {
  if (typeof member !== 'function') {
    return {
      name: member.name,
      middleware: member,
      site: member.site,
      prefixes: prefixesOf(member.mount ?? member.path),
      handlesErrors: member.handle.length === 4,
    };
  }
  const name = uniqueName(member.name || 'anonymous', plainNames);
  return {
    name,
    middleware: { name, reads: [], writes: [], handle: member, site },
    site,
    prefixes: undefined,
    handlesErrors: member.length === 4,
  };
}

/** The names of ordinary handlers were not chosen for a stack, so equal ones get a number, as `jsonParser#2`. */
function uniqueName(name: string, seen: Map<string, number>): string {
  const times = (seen.get(name) ?? 0) + 1;
  seen.set(name, times);
  return times === 1 ? name : `${name}#${times}`;
}
