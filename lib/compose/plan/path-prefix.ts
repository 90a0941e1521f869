/** A declared `path`, ready to be compared with requests: lower case, without the slash at its end. */
export type Prefixes = readonly string[];

/** @returns undefined for a middleware that runs on every path. */
export function prefixesOf(path: string | readonly string[] | undefined): Prefixes | undefined {
  if (path === undefined) return undefined;
  const prefixes = [path].flat().map((prefix) => prefix.toLowerCase().replace(/\/+$/, ''));
  return prefixes.includes('') ? undefined : prefixes;
}

/** The path of a `req.url`, which may be an absolute URL (RFC 9112, section 3.2.2), in lower case. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  const target = query === -1 ? url : url.slice(0, query);
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '');
  return path.toLowerCase();
}

/** Whether the path lies at or below one of the prefixes, in whole segments. */
export function isBelow(path: string, prefixes: Prefixes): boolean {
  return prefixes.some(
    (prefix) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'),
  );
}

/** Whether some request is on the path of both. */
export function overlap(a: Prefixes | undefined, b: Prefixes | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  return a.some((prefix) => isBelow(prefix, b)) || b.some((prefix) => isBelow(prefix, a));
}
