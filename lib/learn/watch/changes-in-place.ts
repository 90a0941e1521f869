/**
 * What changes within the objects on a request, such as `req.session.cart = …` or `delete req.body.admin`. They are not
 * watched: a Proxy in their place would be another object. Plain objects are looked at before and after a layer.
 */

/** The objects that stood under the keys, and what was in each. */
export type Snapshot = ReadonlyMap<string, Looked>;

interface Looked {
  readonly object: object;
  readonly parts: Parts;
}

/** By the names in an object: what stands there, down to a depth, as names and identities in a row. */
type Parts = ReadonlyMap<string, readonly unknown[]>;

/** How deep, and how many names and values in a part: enough for a form, not for a whole catalogue. */
const DEPTH = 3;
const MOST_VALUES = 200;
const MOST_PARTS = 100;

/**
 * @param values - what stands under each key now.
 * @param before - the last one, of which is taken over what is as it was: most often everything.
 */
export function takeSnapshot(values: Iterable<readonly [string, unknown]>, before?: Snapshot): Snapshot {
  const snapshot = new Map<string, Looked>();
  for (const [key, object] of values) {
    if (!isPlain(object)) continue;
    const known = before?.get(key);
    const isAsBefore = known?.object === object && holds(object, known.parts);
    snapshot.set(key, isAsBefore ? known : { object, parts: partsOf(object) });
  }
  return snapshot;
}

/** What has changed in the objects that stand where they stood: names such as `req.session.cart`. */
export function changesBetween(before: Snapshot, after: Snapshot): string[] {
  const changes: string[] = [];
  for (const [key, { object, parts: now }] of after) {
    const known = before.get(key);
    // Another object under the key was written, which is noted where it happens.
    if (known?.object !== object || known.parts === now) continue;
    for (const name of new Set([...known.parts.keys(), ...now.keys()])) {
      if (!isSame(known.parts.get(name), now.get(name))) changes.push(`${key}.${name}`);
    }
  }
  return changes;
}

function isSame(one: readonly unknown[] | undefined, other: readonly unknown[] | undefined): boolean {
  return (
    one !== undefined &&
    one.length === other?.length &&
    one.every((value, index) => Object.is(value, other[index]))
  );
}

function partsOf(object: object): Parts {
  const parts = new Map<string, readonly unknown[]>();
  for (const [name, value] of dataOf(object).slice(0, MOST_PARTS)) {
    const row: unknown[] = [value];
    addInside(value, DEPTH, row);
    parts.set(name, row);
  }
  return parts;
}

function addInside(value: unknown, depth: number, row: unknown[]): void {
  if (depth === 0 || row.length >= MOST_VALUES || !isPlain(value)) return;
  for (const [name, inner] of dataOf(value)) {
    row.push(name, inner);
    addInside(inner, depth - 1, row);
  }
}

/** Whether {@link partsOf} would give the same, without making it. */
function holds(object: object, parts: Parts): boolean {
  let count = 0;
  for (const name of Object.keys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    if (descriptor === undefined || !('value' in descriptor)) continue;
    if (count === MOST_PARTS) break;
    count += 1;
    const row = parts.get(name);
    if (row === undefined || !Object.is(row[0], descriptor.value)) return false;
    if (endInside(descriptor.value, DEPTH, row, 1) !== row.length) return false;
  }
  return count === parts.size;
}

/** How far {@link addInside} would come in a row, beginning at `at`; -1 where it would add something else. */
function endInside(value: unknown, depth: number, row: readonly unknown[], at: number): number {
  if (depth === 0 || at >= MOST_VALUES || !isPlain(value)) return at;
  let end = at;
  for (const name of Object.keys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, name);
    if (descriptor === undefined || !('value' in descriptor)) continue;
    if (row[end] !== name || !Object.is(row[end + 1], descriptor.value)) return -1;
    end = endInside(descriptor.value, depth - 1, row, end + 2);
    if (end < 0) return -1;
  }
  return end;
}

/** What an object holds. An accessor isn't called: that might do something. */
function dataOf(object: object): [string, unknown][] {
  return Object.keys(object).flatMap((name): [string, unknown][] => {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    return descriptor !== undefined && 'value' in descriptor ? [[name, descriptor.value]] : [];
  });
}

/** Objects without a class, of any realm, arrays, and the sessions of express-session and cookie-session. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true;
  return (prototype.constructor as { name?: unknown } | undefined)?.name === 'Session';
}
