import { findShippedFile } from '../../shipped-files.ts';
import { ConfigurationError } from '../errors.ts';

/**
 * The folder of the built-in page.
 *
 * @throws ConfigurationError in a bundle, which has no page.
 */
export function builtInPage(): string {
  const folder = findShippedFile('page');
  if (folder !== undefined) return folder;
  throw new ConfigurationError(
    'The built-in page is not in a bundle. Set FRONTEND_DIRECTORY to the folder dist/page of openhands-express, ' +
      'give `page: false`, or leave openhands-express out of the bundle.',
  );
}

/** Whether this is the folder of the built-in page. */
export function isBuiltInPage(folder: string): boolean {
  return folder === findShippedFile('page');
}
