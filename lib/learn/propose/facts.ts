import type { Declaration } from '../../compose/declare/declaration.ts';
import { isOptionalRead, keyOfRead } from '../../compose/declare/keys.ts';
import { declarations } from '../../compose/declare/ready-made.ts';
import type { Draft, ListField } from './draft.ts';
import type { ReadyName } from './ready-for.ts';

type Word = readonly [ListField, string | number];

/** Something to declare, in the words that are tried one after the other. */
export interface Fact {
  readonly draft: Draft;
  readonly words: readonly [Word, ...Word[]];
}

/** Keys first that others depend on, then reads. */
export function factsOf(drafts: readonly Draft[]): Fact[] {
  const facts = drafts.flatMap((draft) =>
    draft.ready === undefined
      ? seenFacts(draft)
      : [...readyFacts(draft, draft.ready), ...besides(draft, drafts)],
  );
  return [...facts.filter((fact) => !isRead(fact)), ...facts.filter(isRead)];
}

export function isRead({ words }: Fact): boolean {
  return words[0][0] === 'reads';
}

function readyFacts(draft: Draft, name: ReadyName): Fact[] {
  const ready: Declaration = declarations[name];
  const { reads = [], writes = [], updates = [], headers = [], ends = [], fails = [], after = [] } = ready;
  return [
    ...writes.map((key) => writeFact(draft, key)),
    ...updates.map((key) => factOf(draft, 'updates', key)),
    ...headers.map((header) => factOf(draft, 'headers', header)),
    ...ends.map((status) => factOf(draft, 'ends', status)),
    ...fails.map((status) => factOf(draft, 'fails', status)),
    ...after.map((other) => factOf(draft, 'after', other)),
    ...reads.map((read) => readFact(draft, keyOfRead(read), !isOptionalRead(read))),
  ];
}

/** What a package does by its options: headers, and keys that others read. Other keys are its own business. */
function besides(draft: Draft, drafts: readonly Draft[]): Fact[] {
  const ready: Declaration | undefined = draft.ready && declarations[draft.ready];
  const keys: readonly string[] = [...(ready?.writes ?? []), ...(ready?.updates ?? [])];
  const headers = new Set(ready?.headers?.map((header) => header.toLowerCase()));
  const readers = drafts.filter((other) => other !== draft);
  return seenFacts(draft).filter(({ words: [[field, value]] }) => {
    const text = String(value);
    if (field === 'headers') return !headers.has(text);
    if (field !== 'writes' && field !== 'updates') return false;
    return !keys.includes(text) && readers.some(({ observed }) => (observed.keys.get(text)?.reads ?? 0) > 0);
  });
}

function seenFacts(draft: Draft): Fact[] {
  const { keys, headers, ends, fails, requests } = draft.observed;
  return [
    ...[...keys].flatMap(([key, { reads, present, writes, rewrites }]) => {
      if (rewrites > 0) return [factOf(draft, 'updates', key)];
      if (writes > 0) return [writeFact(draft, key)];
      return reads > 0 ? [readFact(draft, key, present === requests)] : [];
    }),
    ...[...headers.keys()].map((header) => factOf(draft, 'headers', header)),
    ...[...ends.keys()].map((status) => factOf(draft, 'ends', status)),
    ...[...fails.keys()].map((status) => factOf(draft, 'fails', status)),
  ];
}

function factOf(draft: Draft, field: ListField, value: string | number): Fact {
  return { draft, words: [[field, value]] };
}

/** Several may write one key only as updates, which keep their order. */
function writeFact(draft: Draft, key: string): Fact {
  return {
    draft,
    words: [
      ['writes', key],
      ['updates', key],
    ],
  };
}

function readFact(draft: Draft, key: string, isAlwaysThere: boolean): Fact {
  const optional = ['reads', `${key}?`] as const;
  return { draft, words: isAlwaysThere ? [['reads', key], optional] : [optional] };
}
