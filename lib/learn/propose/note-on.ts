import { keyOfRead } from '../../compose/declare/keys.ts';
import type { Draft } from './draft.ts';
import type { Fact } from './facts.ts';

/** Why something that was seen is not declared. */
export function noteOn({ draft, words }: Fact, drafts: readonly Draft[]): string {
  const [[field, value]] = words;
  const text = String(value);
  const others = drafts.filter((other) => other !== draft);
  if (field === 'headers') {
    const by = others.filter(({ lists }) =>
      lists.headers.some((name) => String(name).toLowerCase() === text.toLowerCase()),
    );
    return `Sets ${text}, as ${namesOf(by)} does.`;
  }
  if (field === 'after') return `Stands in front of ${text.replace('?', '')}.`;
  const key = keyOfRead(text);
  const behind = drafts
    .slice(drafts.indexOf(draft) + 1)
    .filter(({ lists }) => lists.writes.includes(key) || lists.updates.includes(key));
  const does = field === 'reads' ? 'Reads' : 'Writes';
  return behind.length > 0 ? `${does} ${key}, which ${namesOf(behind)} writes behind it.` : `${does} ${key}.`;
}

function namesOf(drafts: readonly Draft[]): string {
  return drafts.map(({ name }) => name).join(' and ') || 'another';
}
