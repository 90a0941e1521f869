import { types } from 'node:util';
import type { LayerEntry } from '../declare/layers.ts';
import { checkCopy, type Middleware } from '../declare/middleware.ts';
import { shown } from '../diagnose/shown.ts';

/**
 * What runs in a layer, in the order in which it is written: nested arrays are opened, and what is not wanted is left
 * out, as `false` in `isProduction && compression()`.
 *
 * @throws TypeError for whatever is neither a handler nor a declared middleware.
 */
export function membersOf(layer: string, members: unknown): LayerEntry[] {
  if (/^\d+$/.test(layer)) {
    throw new TypeError(
      `Layer "${layer}": JavaScript sorts numeric keys to the front of an object, whatever their order; give the layer a name.`,
    );
  }
  if (!Array.isArray(members)) {
    throw new TypeError(
      `Layer "${layer}" must be an array of middleware, not ${shown(members)}${hintForLayer(layer, members)}.`,
    );
  }
  const found: LayerEntry[] = [];
  collect(layer, members, '', found);
  return found;
}

/** @param within - the place of the array in the arrays around it, such as `2.`; empty for the layer itself. */
function collect(layer: string, members: readonly unknown[], within: string, found: LayerEntry[]): void {
  for (let index = 0; index < members.length; index++) {
    const member = members[index];
    const place = `${within}${index + 1}`;
    if (Array.isArray(member)) {
      collect(layer, member, `${place}.`, found);
    } else if (typeof member === 'function') {
      found.push(member as LayerEntry);
    } else if (isMiddleware(member)) {
      checkCopy(member);
      found.push(member);
    } else if (!(index in members)) {
      throw new TypeError(
        `Layer "${layer}", entry ${place}: a hole; there is a comma too many before it or behind it.`,
      );
    } else if (member !== false && member !== null && member !== undefined) {
      throw new TypeError(
        `Layer "${layer}", entry ${place}: expected an Express handler or what defineMiddleware() returns, not ${shown(member)}.${hintFor(member)}`,
      );
    }
  }
}

function hintForLayer(layer: string, members: unknown): string {
  if (members === undefined || members === null) return `; write ${layer}: [] if it has none`;
  if (typeof members === 'function' || isDefinition(members)) return `; write ${layer}: [handler]`;
  return Symbol.iterator in Object(members) && typeof members === 'object'
    ? `; write ${layer}: [...${layer}]`
    : '; options are the second argument: compose(layers, options)';
}

function isMiddleware(member: unknown): member is Middleware {
  return isDefinition(member) && ['site', 'reads', 'writes'].every((field) => field in member);
}

function isDefinition(member: unknown): member is object {
  return typeof member === 'object' && member !== null && 'handle' in member;
}

function hintFor(member: unknown): string {
  if (isDefinition(member)) return ' Write defineMiddleware({ … }) around it.';
  return types.isPromise(member) ? ' Await it first.' : '';
}
