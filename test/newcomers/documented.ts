/** What the documentation tells a newcomer to type, word for word. */
import assert from 'node:assert/strict';
import { codeBlocks } from '../docs/code-blocks.ts';

/**
 * The first code block of a page that has these words in it.
 *
 * @param page - its path below the repository
 * @throws when the page has no such block any more: then the newcomer has nothing to follow.
 */
export function documented(page: string, words: string): string {
  const block = codeBlocks(page).find(({ code }) => code.includes(words));
  return block?.code ?? assert.fail(`${page} has no code block with "${words}" in it.`);
}

/** The commands of a shell block, one by one, without what is remarked behind them. */
export function commandsOf(block: string): string[] {
  return block.split('\n').flatMap((line) => line.replace(/\s+#.*$/, '').trim() || []);
}
