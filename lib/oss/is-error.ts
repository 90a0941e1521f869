import { types } from 'node:util';

/**
 * Whether something is an error, be it one of another realm: in a `node:vm` context, where Jest runs its tests, the errors
 * of Node's own modules are no instances of the `Error` that is there. A `DOMException`, such as that of an aborted
 * signal, is an error that `isNativeError` does not know.
 */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof DOMException || inheritsFromError(value);
}

/** Made without a constructor, as `Object.create(Error.prototype)`; so are those of some older packages. */
function inheritsFromError(value: unknown): boolean {
  // eslint-disable-next-line no-restricted-syntax -- The one place that knows how little this says.
  return value instanceof Error;
}
