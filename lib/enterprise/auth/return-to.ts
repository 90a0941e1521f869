/** Where a browser goes after signing in. It comes from a link, so from anybody: only paths on this origin pass. */

/** A base that no real address shares, to see whether a path stays on the origin it is resolved against. */
const SOMEWHERE = 'http://origin.invalid';
/** In characters as they are sent. Kept in a cookie, and those of all flows together have to be small. */
const LONGEST = 1024;
/** A path with an escaped character has two or three. */
const MOST_READINGS = 20;

/**
 * @param requested - the `return_to` of a request, of whatever type the query parser made of it.
 * @param home - the path of this server's page, for whatever is refused.
 * @returns The path with its query and fragment as a browser would normalize it, or `home` for what is refused. That
 *   is everything that could leave this origin: `//host`, `/\host`, `/%2Fhost`, `/x/../%2Fhost`, an absolute URL, and
 *   control characters, which browsers drop before they look. The paths of sign-in itself would go round in a circle.
 */
export function returnPath(requested: unknown, home = '/'): string {
  if (typeof requested !== 'string' || !isPlainPath(requested)) return home;
  const { origin, pathname, search, hash } = new URL(requested, SOMEWHERE);
  const path = `${pathname}${search}${hash}`;
  const isSound = path.length <= LONGEST && !hasControls(decoded(path) ?? '\0');
  return isSound && origin === SOMEWHERE && staysHere(pathname) ? path : home;
}

/**
 * Whether a path leads to this origin, and not to sign-in, in every way that it can be read. Some proxies decode a path
 * on its way, perhaps more than once, and browsers normalize what comes of it.
 */
function staysHere(pathname: string): boolean {
  const readings = new Set([pathname]);
  for (const path of readings) {
    if (readings.size > MOST_READINGS || !isPlainPath(path)) return false;
    const { origin, pathname: normalized } = new URL(path, SOMEWHERE);
    if (origin !== SOMEWHERE || /^\/oauth\//i.test(normalized)) return false;
    readings.add(normalized).add(withoutEscapes(path));
  }
  return true;
}

function isPlainPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path) && !hasControls(path) && URL.canParse(path, SOMEWHERE);
}

function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Decoded as far as it changes what a path means: only characters of ASCII do, and a broken escape stays as it is. */
function withoutEscapes(path: string): string {
  return path.replace(/%[0-7][\da-f]/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));
}
