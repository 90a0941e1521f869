import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { shippedFile } from '../shipped-files.ts';

/** A file of the inspector's page. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page, by path: few and small files, so they are read once, and no request chooses a path on the disk. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const folder = shippedFile('inspector/page');
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(`/${name}`, { type, body: readFileSync(join(folder, name)) });
  }
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return files;
}
