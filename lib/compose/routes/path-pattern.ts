import { isWithin, overlaps, type PathSet } from './compare-paths.ts';
import { type CharacterPart, isSlash, literal, type Parts, type PathSyntax, readPath } from './path-parts.ts';

/** The paths of a route, or those below which a router or a middleware is used. */
export interface PathPattern {
  /** As it was written, with the paths of the routers around it: `/v1/users/:id`. */
  readonly text: string;
  /** Undefined where they cannot be compared with others. */
  readonly paths: PathSet | undefined;
  /** Why they cannot be compared. */
  readonly opaque?: string;
  /** The same for patterns that are written alike; undefined where not even that is known. */
  readonly identity: string | undefined;
}

/** Where a router stands that is used without a path. */
export const EVERYWHERE: PathPattern = { text: '', paths: [[]], identity: '' };

/** The pattern of a router or a middleware that is used at a path, within a router. */
export function mountedAt(around: PathPattern, path: unknown, syntax: PathSyntax): PathPattern {
  if (path === '/') return around;
  return joined(around, path, withoutSlash(path), syntax, (parts) => [parts]);
}

/** The pattern of a route within a router. */
export function routeAt(
  around: PathPattern,
  path: unknown,
  syntax: PathSyntax & { readonly isStrict: boolean },
): PathPattern {
  const slash = literal('/', syntax);
  const matched = syntax.isStrict ? path : withoutSlash(path);
  return joined(around, path, matched, syntax, (parts) => {
    const isRoot = parts.length === 1 && isSlash(parts[0]);
    // Below a router there is always a slash, which it adds where its own path is all there is.
    if (isRoot || (parts.length === 0 && !syntax.isStrict)) return around.text === '' ? [slash] : [[], slash];
    if (parts.length === 0) return [];
    return syntax.isStrict || isSlash(parts.at(-1)) ? [parts] : [parts, [...parts, ...slash]];
  });
}

/** A pattern of which nothing is known. */
export function unknownMount(around: PathPattern, opaque: string): PathPattern {
  return { text: `${around.text}/…`, paths: undefined, opaque, identity: undefined };
}

/** The requests at and below a mount. */
export function below({ paths, ...pattern }: PathPattern): PathPattern {
  const slash = literal('/', { isCaseSensitive: true });
  return {
    ...pattern,
    paths: paths?.flatMap((parts) => [parts, [...parts, ...slash], [...parts, ...slash, 'any']]),
  };
}

/** Whether every request of one pattern is one of the other. Of what cannot be compared, only equals are known to be. */
export function covers(outer: PathPattern, inner: PathPattern): boolean {
  if (outer.paths === undefined || inner.paths === undefined) return isSame(outer, inner);
  return (
    mayMeet(outer, inner) && !reachesBeyond(inner.paths, outer.paths) && isWithin(inner.paths, outer.paths)
  );
}

/** Whether some request is one of both patterns, as far as this is known. */
export function meets(one: PathPattern, other: PathPattern): boolean {
  if (one.paths === undefined || other.paths === undefined) return isSame(one, other);
  return mayMeet(one, other) && overlaps(one.paths, other.paths);
}

function isSame(one: PathPattern, other: PathPattern): boolean {
  return one.identity !== undefined && one.identity === other.identity;
}

/** Express ignores a slash at the end, unless a router is strict. */
function withoutSlash(path: unknown): unknown {
  return typeof path === 'string' && path !== '/' ? path.replace(/\/+$/, '') : path;
}

/**
 * @param written - the path as it was given.
 * @param matched - what of it is matched.
 * @param endingsOf - what may stand in the place of the path's parts.
 */
function joined(
  around: PathPattern,
  written: unknown,
  matched: unknown,
  syntax: PathSyntax,
  endingsOf: (parts: Parts) => readonly Parts[],
): PathPattern {
  const text = around.text !== '' && written === '/' ? around.text : `${around.text}${String(written)}`;
  const kind = `${syntax.version}${syntax.isCaseSensitive ? 's' : 'i'}`;
  const identity =
    around.identity === undefined ? undefined : `${around.identity}\n${kind}${String(matched)}`;
  const reading = readPath(matched, syntax);
  if ('opaque' in reading) return { text, paths: undefined, opaque: reading.opaque, identity };
  if (around.paths === undefined) return { ...around, text, identity };
  const endings = reading.alternatives.flatMap(endingsOf);
  return {
    text,
    paths: around.paths.flatMap((begin) => endings.map((end) => [...begin, ...end])),
    identity,
  };
}

/** What a pattern begins with, in lower case, by which most pairs are told apart at far less cost. */
interface Beginnings {
  /** That of all its alternatives. */
  readonly common: string;
  /** That of each, and whether it is the whole path. */
  readonly each: readonly { readonly text: string; readonly isWhole: boolean }[];
}

const known = new WeakMap<PathSet, Beginnings>();

/** Whether two patterns may meet, as far as what they begin with tells. Of what cannot be compared, all may. */
export function mayMeet({ paths: one }: PathPattern, { paths: other }: PathPattern): boolean {
  if (one === undefined || other === undefined) return true;
  const [a, b] = [beginningsOf(one), beginningsOf(other)];
  if (!a.common.startsWith(b.common) && !b.common.startsWith(a.common)) return false;
  return a.each.some((begin) => b.each.some((end) => mayGoOnAs(begin, end) || mayGoOnAs(end, begin)));
}

/** Whether a path of one beginning can be one of the other, which is no shorter. */
function mayGoOnAs(one: Beginnings['each'][number], other: Beginnings['each'][number]): boolean {
  return other.text.startsWith(one.text) && (!one.isWhole || (other.isWhole && other.text === one.text));
}

/**
 * Whether some path of one set surely begins otherwise than all of another, as those of a folder of files do beside each
 * route: what is written out ends before the beginning that the others share, and behind it may come anything or nothing.
 */
function reachesBeyond(inner: PathSet, outer: PathSet): boolean {
  const { common } = beginningsOf(outer);
  return beginningsOf(inner).each.some(({ text }) => text.length < common.length);
}

function beginningsOf(paths: PathSet): Beginnings {
  let beginnings = known.get(paths);
  if (beginnings === undefined) {
    const each = paths.map((parts) => {
      const end = parts.findIndex((part) => typeof part === 'string');
      const characters = (end === -1 ? parts : parts.slice(0, end)) as CharacterPart[];
      const text = characters.map(({ character }) => character.toLowerCase()).join('');
      return { text, isWhole: end === -1 };
    });
    const shortest = Math.min(...each.map(({ text }) => text.length));
    let common = each[0]?.text.slice(0, shortest) ?? '';
    while (!each.every(({ text }) => text.startsWith(common))) common = common.slice(0, -1);
    beginnings = { common, each };
    known.set(paths, beginnings);
  }
  return beginnings;
}
