import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesIn } from '../compose/diagnose/stack-trace.ts';
import { isError } from '../oss/is-error.ts';

/** Where this package lies. A function: a bundler may have loaded this where no module has an address. */
const ownFolder = (): string => fileURLToPath(new URL('..', import.meta.url));

/**
 * A mistake in a module of the user's in one line, with its place there: the trace is mostly about other people's code.
 *
 * @returns undefined when the trace does not lead through a module of the user's.
 */
export function userMistake(error: unknown): string | undefined {
  if (!isError(error)) return `Something was thrown that is no error: ${String(error)}`;
  if ('code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION') return ofUnknownKind(error.message);
  const place = placeOfUser(error.stack ?? '');
  if (place === undefined && !isOfLoading(error)) return undefined;
  const message = error.message.replaceAll(/\s+/g, ' ').trim();
  const where = place === undefined ? '' : ` (${place})`;
  return `${error.name}: ${message}${where}. LOG_LEVEL=debug shows the trace.`;
}

/** Node takes TypeScript as it is only from version 22.18 on. */
function ofUnknownKind(message: string): string {
  const file = /\S+\.[cm]?tsx?$/.exec(message)?.[0];
  return file === undefined
    ? message
    : `${file} is TypeScript. Run it with a loader: node --import tsx node_modules/.bin/openhands-express …`;
}

function placeOfUser(stack: string): string | undefined {
  return placesIn(stack).find(
    (place) => !place.includes('node_modules') && !resolve(place).startsWith(ownFolder()),
  );
}

/** A module that cannot be parsed, or imports what is not there, has not run: it is in no trace. */
function isOfLoading(error: Error): boolean {
  return (
    error.name === 'SyntaxError' ||
    error.name === 'TransformError' ||
    ('code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
  );
}
