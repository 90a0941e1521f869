import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { shippedFile } from '../../shipped-files.ts';

/**
 * Puts a style sheet of a page, and all that it imports, into one.
 *
 * @param entry - its path below `lib`.
 */
export function oneStyle(entry: string): string {
  return readFileSync(shippedFile(entry), 'utf8').replaceAll(
    /^@import url\('(\.[^']+)'\);$/gm,
    (_, from: string) => oneStyle(posix.join(posix.dirname(entry), from)),
  );
}
