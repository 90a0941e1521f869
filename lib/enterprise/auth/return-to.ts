/** Where a browser goes after signing in. It comes from a link, so from anybody: only paths on this origin pass. */

/** A base that no real address shares, to see whether a path stays on the origin it is resolved against. */
const SOMEWHERE = 'http://origin.invalid';
/** Kept in a cookie, and cookies end at 4,096 bytes. */
const LONGEST = 1024;

/**
 * @param requested The `return_to` of a request, of whatever type the query parser made of it.
 * @param home The path of this server's page, for whatever is refused.
 * @returns The path with its query and fragment as a browser would normalize it, or `home` for everything that could
 *   leave this origin (`//host`, `/\host`, `/%2Fhost`, an absolute URL, control characters, which browsers drop
 *   before they look), and for the paths of sign-in itself, which would go round in a circle.
 */
export function returnPath(requested: unknown, home = '/'): string {
  if (typeof requested !== 'string' || requested.length > LONGEST) return home;
  // Twice, since some proxies decode a path on its way.
  const decoded = decodedOnce(requested);
  if (!isPlainPath(requested) || decoded === undefined || !isPlainPath(decoded)) return home;
  const { origin, pathname, search, hash } = new URL(requested, SOMEWHERE);
  // Normalizing may make what was not there: `/.//host` becomes `//host`.
  if (origin !== SOMEWHERE || !isPlainPath(pathname) || /^\/oauth\//i.test(pathname)) return home;
  return `${pathname}${search}${hash}`;
}

function isPlainPath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /^\/(?![/\\])/.test(path) && !/[\u0000-\u001f\u007f]/.test(path) && URL.canParse(path, SOMEWHERE);
}

function decodedOnce(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
