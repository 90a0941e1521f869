import { shown } from '../diagnose/shown.ts';

/**
 * What a value is that is no plain object, for a message; undefined if it is one. Of any other object something would be
 * passed over in silence: what a Map holds, or what is inherited.
 */
export function unlessPlain(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return shown(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || isObjectPrototype(prototype)) return undefined;
  const kind = shown(value);
  return kind === 'an object'
    ? 'an object that inherits (from a class, by Object.create or by a literal __proto__); write all into one plain object'
    : kind;
}

/** Whether it is `Object.prototype`, that of another realm, such as Jest's, too. */
function isObjectPrototype(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}
