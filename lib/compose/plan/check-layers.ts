import { types } from 'node:util';
import { unlessPlain } from '../declare/plain-object.ts';

/**
 * Refuses whatever is no object of layers, since a stack of something else would be empty, and let every request
 * through. What stands in a layer is checked where the layer is read.
 *
 * @throws TypeError that says what to write.
 */
export function checkLayers(layers: unknown): void {
  const odd = isMiddleware(layers) ? 'a middleware' : unlessPlain(layers);
  if (odd !== undefined) {
    throw new TypeError(
      `compose takes layers by name, the lowest first, such as compose({ base: [cors, session] }), not ${odd}.${hintFor(layers)}`,
    );
  }
  const symbol = Object.getOwnPropertySymbols(layers).find((one) =>
    Object.prototype.propertyIsEnumerable.call(layers, one),
  );
  if (symbol !== undefined) throw new TypeError(`Layer ${String(symbol)}: the name of a layer is a string.`);
}

function hintFor(layers: unknown): string {
  if (typeof layers === 'function' || isMiddleware(layers)) {
    return ' Put all middleware into a layer: compose({ base: [handler, …] }).';
  }
  if (Array.isArray(layers)) return ' Give the array a name: compose({ base: […] }).';
  if (types.isMap(layers)) return ' Write compose(Object.fromEntries(layers)).';
  if (types.isPromise(layers)) return ' Await it first.';
  return '';
}

function isMiddleware(layers: unknown): boolean {
  return (
    typeof layers === 'object' && layers !== null && 'handle' in layers && typeof layers.handle === 'function'
  );
}
