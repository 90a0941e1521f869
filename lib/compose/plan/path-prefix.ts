/** A declared `path`, ready to be compared with requests: lower case, without the slash at its end. */
export type Prefixes = readonly string[];

/**
 * Makes a declared `path` comparable.
 *
 * @returns undefined for a middleware that runs on every path.
 */
export function prefixesOf(path: string | readonly string[] | undefined): Prefixes | undefined {
  if (path === undefined) return undefined;
  const prefixes = [path].flat().map((prefix) => prefix.toLowerCase().replace(/\/+$/, ''));
  return prefixes.includes('') ? undefined : prefixes;
}

/**
 * Matches the paths at or below one of the prefixes, in whole segments and in any case, as Express's `app.use(path, …)`
 * does. It also matches the empty path, which stands for one that cannot be read.
 */
export function patternOf(prefixes: Prefixes): RegExp {
  const literal = prefixes.map((prefix) => prefix.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^(?:(?:${literal.join('|')})(?=/|$)|$)`, 'i');
}

/** Whether a prefix lies at or below one of the others, in whole segments. */
function isBelow(path: string, prefixes: Prefixes): boolean {
  return prefixes.some(
    (prefix) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'),
  );
}

/** Whether all requests on one path are on the other, and not the reverse. */
export function isNarrower(one: Prefixes | undefined, other: Prefixes | undefined): boolean {
  return isWithin(one, other) && !isWithin(other, one);
}

function isWithin(one: Prefixes | undefined, other: Prefixes | undefined): boolean {
  return other === undefined || (one?.every((prefix) => isBelow(prefix, other)) ?? false);
}

/** Whether some request is on the path of both. */
export function overlap(a: Prefixes | undefined, b: Prefixes | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.some((prefix) => isBelow(prefix, b)) || b.some((prefix) => isBelow(prefix, a));
}
