import { types } from 'node:util';
import { parse, type Token } from 'path-to-regexp';

/** A piece of a path: one character, or one or more characters of a segment, or of whatever kind. */
export type Part = CharacterPart | 'segment' | 'any';
export interface CharacterPart {
  readonly character: string;
  readonly isCaseSensitive: boolean;
}

/** A whole path. */
export type Parts = readonly Part[];

/** All that a path may look like, or why nothing can be said about that. */
export type Reading = { readonly alternatives: readonly Parts[] } | { readonly opaque: string };

/** How a router reads its paths. */
export interface PathSyntax {
  readonly version: 4 | 5;
  readonly isCaseSensitive: boolean;
}

/** A path with optional parts has an alternative for each of their combinations; Express 5 refuses more than these. */
const MOST_ALTERNATIVES = 256;

/** What an Express router matches with a path. */
export function readPath(path: unknown, syntax: PathSyntax): Reading {
  if (types.isRegExp(path)) return { opaque: 'a regular expression' };
  if (typeof path !== 'string') return { opaque: 'a path that is no text' };
  return syntax.version === 5 ? readPath5(path, syntax) : readPath4(path, syntax);
}

/** A path as literal characters. */
export function literal(text: string, { isCaseSensitive }: Pick<PathSyntax, 'isCaseSensitive'>): Parts {
  return Array.from(text, (character) => ({ character, isCaseSensitive }));
}

export function isSlash(part: Part | undefined): boolean {
  return typeof part === 'object' && part.character === '/';
}

/** @see https://github.com/pillarjs/path-to-regexp/tree/v8.4.2 */
function readPath5(path: string, syntax: PathSyntax): Reading {
  const alternatives: Parts[] = [];
  for (const tokens of flattened(parse(path).tokens)) {
    if (alternatives.length === MOST_ALTERNATIVES) return { opaque: 'a path of very many optional parts' };
    // What such a parameter takes depends on the text around it, so as not to match too slowly.
    if (hasParametersSideBySide(tokens)) return { opaque: 'a path with two parameters in one segment' };
    alternatives.push(tokens.flatMap((token) => partsOf(token, syntax)));
  }
  return { alternatives };
}

type PlainToken = Exclude<Token, { type: 'group' }>;

/** The combinations of the optional parts of a path. */
function* flattened(tokens: readonly Token[]): Generator<PlainToken[]> {
  const [first, ...rest] = tokens;
  if (first === undefined) {
    yield [];
  } else if (first.type === 'group') {
    yield* flattened([...first.tokens, ...rest]);
    yield* flattened(rest);
  } else {
    for (const others of flattened(rest)) yield [first, ...others];
  }
}

function hasParametersSideBySide(tokens: readonly PlainToken[]): boolean {
  let inSegment = 0;
  let wildcards = 0;
  for (const token of tokens) {
    if (token.type === 'text') {
      if (token.value.includes('/')) inSegment = 0;
    } else {
      inSegment += 1;
      wildcards += token.type === 'wildcard' ? 1 : 0;
      if (inSegment > 1 || wildcards > 1) return true;
    }
  }
  return false;
}

function partsOf(token: PlainToken, syntax: PathSyntax): Parts {
  if (token.type === 'text') return literal(token.value, syntax);
  return [token.type === 'param' ? 'segment' : 'any'];
}

/** @see https://github.com/pillarjs/path-to-regexp/tree/v0.1.12 */
function readPath4(path: string, syntax: PathSyntax): Reading {
  let alternatives: Parts[] = [[]];
  const append = (...endings: Parts[]): void => {
    alternatives = alternatives.flatMap((begun) => endings.map((ending) => [...begun, ...ending]));
  };
  const [first = '', ...others] = path.split('/');
  for (const [index, segment] of [first, ...others].entries()) {
    const slash = index === 0 ? [] : literal('/', syntax);
    const parameter = /^:\w+(?<optional>\?)?$/.exec(segment);
    if (parameter !== null) {
      const whole: Parts = [...slash, 'segment'];
      append(...(parameter.groups?.optional === undefined ? [whole] : [whole, []]));
    } else if (/^[\w.~%@!&=,;'-]*(?:\*[\w.~%@!&=,;'-]*)*$/.test(segment)) {
      append(slash);
      for (const [position, text] of segment.split('*').entries()) {
        if (position > 0) append(['any'], []);
        append(literal(text, syntax));
      }
    } else {
      return { opaque: 'a path with a regular expression in it' };
    }
    if (alternatives.length > MOST_ALTERNATIVES) return { opaque: 'a path of very many optional parts' };
  }
  return { alternatives };
}
