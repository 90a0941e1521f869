/** What comes beside the code of this package, such as its pages; a bundle takes the code and leaves them behind. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Asked of the file system once: it is the same for all files. */
let isBesideTheCode: boolean | undefined;

/**
 * @param path - below `lib`, which is `dist` in the package.
 * @returns undefined where the code is in a bundle.
 */
export function findShippedFile(path: string): string | undefined {
  // Asked for when it is needed: esbuild leaves `import.meta` empty in a bundle of CommonJS.
  const { url } = import.meta as Partial<ImportMeta>;
  if (url === undefined) return undefined;
  const folder = dirname(fileURLToPath(url));
  isBesideTheCode ??= isOurs(join(folder, '..', 'package.json'));
  return isBesideTheCode ? join(folder, path) : undefined;
}

/** @throws Error where {@link findShippedFile} finds nothing. */
export function shippedFile(path: string): string {
  const found = findShippedFile(path);
  if (found !== undefined) return found;
  throw new Error(
    `${path} of openhands-express is not beside its code, which is in a bundle. ` +
      'Leave openhands-express out of the bundle, as a package that is installed.',
  );
}

/** Whether this is the manifest of this package, and not of one that has bundled it. */
function isOurs(manifest: string): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name === 'openhands-express';
  } catch {
    return false;
  }
}
