import { isSlash, type Part, type Parts } from './path-parts.ts';

/**
 * A set of paths: each way of writing one is a list of parts. It is walked as a finite automaton, whose states are places
 * in such lists, so that the answers below are exact for all paths, and not for a few that were tried.
 */
export type PathSet = readonly Parts[];

/** A place in one of the alternatives: so many of its parts have been begun. */
interface State {
  readonly parts: Parts;
  readonly begun: number;
}

/**
 * Whether every path of one set is in the other. Those with `//` don't count, since each version of Express reads them
 * otherwise; only in a set that has no others, as it is written with `//`, for else it would be in every set.
 */
export function isWithin(inner: PathSet, outer: PathSet): boolean {
  return !someWalk(inner, outer, (others) => !others.some(isEnd));
}

/** Whether some path is in both sets. */
export function overlaps(one: PathSet, other: PathSet): boolean {
  return someWalk(one, other, (others) => others.some(isEnd));
}

/** A path so far: a state that it leads to in one set, and all those that it leads to in the other. */
interface Walk {
  readonly state: State;
  readonly others: readonly State[];
  readonly endsWithSlash: boolean;
}

/** Whether there is a path of one set that leads to such states in the other. */
function someWalk(one: PathSet, other: PathSet, isFound: (others: readonly State[]) => boolean): boolean {
  const countsDoubled = one.every(isDoubled) || other.every(isDoubled);
  const alphabet = alphabetOf([...one, ...other]);
  const ids = new Map<Parts, number>([...one, ...other].map((parts, index) => [parts, index]));
  const keyOf = ({ parts, begun }: State): string => `${ids.get(parts) ?? ''}.${begun}`;
  const open: Walk[] = one.map((parts) => {
    return { state: begin(parts), others: other.map(begin), endsWithSlash: false };
  });
  const seen = new Set<string>();
  for (let walk = open.pop(); walk !== undefined; walk = open.pop()) {
    const { state, others, endsWithSlash } = walk;
    const key = `${[state, ...others].map(keyOf).join(' ')} ${endsWithSlash}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (isEnd(state) && isFound(others)) return true;
    for (const character of charactersFrom(state, alphabet)) {
      if (character === '/' && endsWithSlash && !countsDoubled) continue;
      const next = stepsOf(state, character);
      if (next.length === 0) continue;
      const along = unique(
        others.flatMap((each) => stepsOf(each, character)),
        keyOf,
      );
      for (const each of next) open.push({ state: each, others: along, endsWithSlash: character === '/' });
    }
  }
  return false;
}

/** Whether there is an empty segment in it as it is written. */
function isDoubled(parts: Parts): boolean {
  return parts.some((part, place) => isSlash(part) && isSlash(parts[place + 1]));
}

function begin(parts: Parts): State {
  return { parts, begun: 0 };
}

function isEnd({ parts, begun }: State): boolean {
  return begun === parts.length;
}

/** Those that may lead on. Nearly all of a path is written out, where it is one, and not any of an alphabet. */
function charactersFrom({ parts, begun }: State, alphabet: ReadonlySet<string>): Iterable<string> {
  const next = parts[begun];
  if (typeof next === 'string' || typeof parts[begun - 1] === 'string') return alphabet;
  return next === undefined ? [] : new Set([next.character.toLowerCase(), next.character.toUpperCase()]);
}

/** Where a character leads: into the next part, or on in one that takes several. */
function stepsOf({ parts, begun }: State, character: string): State[] {
  const next = parts[begun];
  const current = parts[begun - 1];
  const steps: State[] = [];
  if (next !== undefined && takes(next, character)) steps.push({ parts, begun: begun + 1 });
  if (typeof current === 'string' && takes(current, character)) steps.push({ parts, begun });
  return steps;
}

function takes(part: Part, character: string): boolean {
  if (part === 'any') return true;
  if (part === 'segment') return character !== '/';
  return part.isCaseSensitive
    ? part.character === character
    : part.character.toLowerCase() === character.toLowerCase();
}

/** The characters that are told apart: those that are written, the slash, and one for all others. */
function alphabetOf(set: PathSet): Set<string> {
  const alphabet = new Set(['/', '\0']);
  for (const part of set.flat()) {
    if (typeof part === 'string') continue;
    alphabet.add(part.character.toLowerCase()).add(part.character.toUpperCase());
  }
  return alphabet;
}

function unique(states: readonly State[], keyOf: (state: State) => string): State[] {
  return [...new Map(states.map((state) => [keyOf(state), state])).values()];
}
