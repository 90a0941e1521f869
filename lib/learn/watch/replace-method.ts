import type { AnyFunction, Methods } from './express-parts.ts';

/**
 * Replaces a method by one that looks the same.
 *
 * @param make - gives the new method for the present one.
 */
export function replaceMethod(
  holder: Methods,
  name: string,
  make: (original: AnyFunction) => AnyFunction,
): void {
  const original = holder[name];
  if (typeof original === 'function') holder[name] = likeOriginal(make(original), original);
}

/** Gives a function the name, the number of parameters and whatever else another carries. */
export function likeOriginal(replacement: AnyFunction, original: AnyFunction): AnyFunction {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}
