import type { SessionRegister } from '../../oss/session-register.ts';
import { LockTimeoutError } from '../../oss/storage/document-store.ts';
import { StorageError } from '../../oss/storage/storage-error.ts';
import type { Terminal } from '../command.ts';
import { countOf } from '../count-of.ts';
import { inOneLine } from '../in-one-line.ts';
import { progress } from '../progress.ts';
import { sideBySide } from '../side-by-side.ts';

/** Ends the sessions of all users, one user after the other. @returns the exit code. */
export async function endAllSessions(register: SessionRegister, terminal: Terminal): Promise<number> {
  const stop = terminal.interruption?.();
  const shown = progress('Ending sessions', await countOf(register.userIds()), terminal);
  let ended = 0;
  let busy = 0;
  try {
    await sideBySide(register.userIds(), stop, async (id) => {
      try {
        if (await register.end(id)) ended += 1;
      } catch (error) {
        // Where the store is away, all others would fail as well.
        const isOfThisUser = error instanceof StorageError && error.failure !== 'away';
        if (error instanceof LockTimeoutError) terminal.error(`${id}  is kept locked by a server`);
        else if (isOfThisUser) terminal.error(`${id}  ${inOneLine(error)}`);
        else throw error;
        busy += 1;
      }
      shown.advance();
    });
  } finally {
    shown.end();
  }

  const result = `The sessions of ${ended} users are ended; all servers follow within two seconds.`;
  if (stop?.aborted === true) {
    terminal.out(`Stopped. ${result} Run it again for the others.`);
    return 130;
  }
  terminal.out(busy === 0 ? result : `${result} Those of ${busy} could not be ended: run it again.`);
  return busy === 0 ? 0 : 1;
}
