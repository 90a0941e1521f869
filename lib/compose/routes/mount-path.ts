import type { ExpressLayer } from '../declare/express-router.ts';

/** The paths that a router or a middleware is used at; undefined where Express does not keep them. */
export function mountPathsOf(layer: ExpressLayer): readonly unknown[] | undefined {
  if (layer.rawPath !== undefined) return [layer.rawPath].flat(Infinity);
  if (layer.slash === true || layer.regexp?.fast_slash === true) return ['/'];
  const path = layer.regexp === undefined ? undefined : pathOfExpress4(layer.regexp, layer.keys ?? []);
  return path === undefined ? undefined : [path];
}

/**
 * Express 4 keeps only what it makes of a path: of `/v1/:tenant` a pattern for `/v1`, a slash and a parameter, for one
 * more slash, and for the end of a segment.
 */
function pathOfExpress4(
  { source }: RegExp,
  keys: readonly { readonly name: string | number }[],
): string | undefined {
  const { path } = /^\^(?<path>.*)\\\/\?\(\?=\\\/\|\$\)$/.exec(source)?.groups ?? {};
  if (path === undefined) return undefined;
  const names = keys.values();
  const written = path
    .replaceAll(String.raw`(?:\/([^/]+?))`, () => `/:${names.next().value?.name ?? ''}`)
    .replaceAll(/\\([/.])/g, '$1');
  return /^[\w/:.~%@!&=,;'-]*$/.test(written) ? written : undefined;
}
