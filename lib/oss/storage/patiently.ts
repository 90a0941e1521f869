import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './storage-error.ts';

/** What Windows says of a file that somebody has open; for a rename also of one that nobody may replace. */
const HELD: ReadonlySet<string | undefined> = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** In milliseconds, less than a second in all: a look by a virus scanner or a backup is over by then. */
const PAUSES: readonly number[] = [5, 10, 20, 40, 80, 160, 320];

/**
 * Renames or deletes a file that another program may be reading just then. Windows refuses that while the file is open;
 * no other system does, and there the same errors are final.
 *
 * @param operation - is run again after each pause.
 * @throws the last error of the operation.
 */
export async function patiently<T>(
  operation: () => Promise<T>,
  platform: NodeJS.Platform = process.platform,
  pauses = PAUSES,
): Promise<T> {
  for (const pause of platform === 'win32' ? pauses : []) {
    try {
      return await operation();
    } catch (error) {
      if (!HELD.has(errorCode(error))) throw error;
      await delay(pause);
    }
  }
  return operation();
}
