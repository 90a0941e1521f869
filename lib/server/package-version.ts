import { readFileSync } from 'node:fs';
import { shippedFile } from '../shipped-files.ts';

/** The version of this package. */
export function packageVersion(): string {
  const manifest = readFileSync(shippedFile('../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
