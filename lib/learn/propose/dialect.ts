import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** In which language a file of stacks is written. */
export type Dialect = 'typescript' | 'module' | 'commonjs';

/** By the end of a file's name; that of `.js` is for the nearest package.json to say. */
export async function dialectOf(file: string): Promise<Dialect> {
  if (file.endsWith('ts')) return 'typescript';
  if (!file.endsWith('.js')) return file.endsWith('.cjs') ? 'commonjs' : 'module';
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    try {
      const { type } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { type?: unknown };
      return type === 'module' ? 'module' : 'commonjs';
    } catch {
      if (folder === dirname(folder)) return 'commonjs';
    }
  }
}
