/** The code blocks of the documentation, and what CONTRIBUTING.md ("Write documentation") says is done with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../package/packed.ts';

export interface CodeBlock {
  /** The path of the page below the repository. */
  readonly page: string;
  /** Of its first fence. */
  readonly line: number;
  readonly language: string;
  /** Whether it is only checked, because its fence says `no-run`. */
  readonly isRun: boolean;
  /** The name that later blocks of the page know it by: the fence's `file=…`. */
  readonly file: string | undefined;
  readonly code: string;
}

/** README.md, CONTRIBUTING.md, the list of the examples, and all that is in `docs/`. */
export function documentationPages(): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'CONTRIBUTING.md',
    'examples/README.md',
    ...pages.sort().map((path) => join('docs', path)),
  ].filter((path) => path.endsWith('.md'));
}

/** The blocks of a page, in order. A fence may be indented, as in a list. */
export function codeBlocks(page: string, text = readFileSync(join(root, page), 'utf8')): CodeBlock[] {
  const fences = /^( *)```([^\n`]*)\n(.*?)^\1``` *$/gms;
  return [...text.matchAll(fences)].map(([whole, indent = '', info = '', code = ''], index, all) => {
    const [language = '', ...options] = info.trim().split(/\s+/);
    const file = options.find((option) => option.startsWith('file='))?.slice('file='.length);
    const unknown = options.filter((option) => option !== 'no-run' && !option.startsWith('file='));
    const line = text.slice(0, all[index]?.index ?? 0).split('\n').length;
    if (unknown.length > 0)
      throw new Error(`${page}:${line}: unknown words after "${language}": ${unknown.join(' ')}`);
    return {
      page,
      line,
      language,
      isRun: !options.includes('no-run'),
      file,
      code: whole === '' ? '' : code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    };
  });
}
