import type { Draft } from './draft.ts';
import { type Fact, factsOf } from './facts.ts';
import { keepsOrder, orderOf } from './order-of.ts';

/**
 * Declares as much of what was seen as the present order allows. The engine itself is asked: what it refuses, or would
 * move, is left out.
 *
 * @param given - the keys that are written in front of the stack.
 * @returns what was left out.
 */
export function settle(drafts: readonly Draft[], given: ReadonlySet<string>): Fact[] {
  const facts = factsOf(drafts);
  for (const { draft, words } of facts) add(draft, words[0]);
  if (keepsOrder(drafts, given)) return [];
  for (const draft of drafts) for (const list of Object.values(draft.lists)) list.length = 0;
  return facts.filter((fact) => !declareIf(fact, () => keepsOrder(drafts, given)));
}

/** One of two drafts that is to run first. */
export interface Move {
  readonly first: Draft;
  readonly then: Draft;
}

/**
 * Declares what asks for another order: reads of what is written behind, and what the findings want moved.
 *
 * @param refused - what {@link settle} has left out.
 * @returns what is left out all the same: two that want to be behind each other, say.
 */
export function reorder(
  drafts: readonly Draft[],
  given: ReadonlySet<string>,
  refused: readonly Fact[],
  moves: readonly Move[],
): Fact[] {
  const isPossible = (): boolean => orderOf(drafts, given) !== undefined;
  const left = refused.filter((fact) => !declareIf(fact, isPossible));
  for (const { first, then } of moves) {
    const name = then.member.isConditional ? `${then.name}?` : then.name;
    declareIf({ draft: first, words: [['before', name]] }, isPossible);
  }
  return left;
}

/** Says a fact in the first of its words with which all is well, if there are such. */
function declareIf({ draft, words }: Fact, isWell: () => boolean): boolean {
  return words.some((word) => {
    const isNew = add(draft, word);
    if (isWell()) return true;
    if (isNew) draft.lists[word[0]].pop();
    return false;
  });
}

function add({ lists }: Draft, [field, value]: Fact['words'][number]): boolean {
  if (lists[field].includes(value)) return false;
  lists[field].push(value);
  return true;
}
