import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { shippedFile } from '../shipped-files.ts';

/** A file of the inspector's page. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** What the build has compressed, the smallest first. */
  readonly compressed: readonly Compressed[];
  /** Whether its name changes with its content, so that a browser may keep it. */
  readonly isNamedAfterContent: boolean;
}

/** The content of a file in another encoding. */
export interface Compressed {
  readonly encoding: 'br' | 'gzip';
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
};

/** How the build names what it has compressed. */
const SUFFIXES = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/**
 * The page, by path: few and small files, so they are read once, and no request chooses a path on the disk.
 *
 * @param folder - the sources, or what the build has made of them, with `assets` named after their content.
 */
export function readPageFiles(folder = shippedFile('inspector/page')): ReadonlyMap<string, PageFile> {
  const paths = new Set(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const files = new Map<string, PageFile>();
  for (const path of paths) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    files.set(`/${relative(folder, path).replaceAll('\\', '/')}`, {
      type,
      body: readFileSync(path),
      compressed: SUFFIXES.filter(([, suffix]) => paths.has(path + suffix)).map(([encoding, suffix]) => ({
        encoding,
        body: readFileSync(path + suffix),
      })),
      isNamedAfterContent: dirname(path) === join(folder, 'assets'),
    });
  }
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return files;
}
