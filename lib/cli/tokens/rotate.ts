import type { TokenRotation } from '../../oss/token-custody.ts';
import { progress } from '../progress.ts';
import { STOPPED, stopSignal, type TokensAction } from './tokens-action.ts';

/**
 * Encrypts all documents with the first key, one after the other, each under its lock: servers may run meanwhile. Those
 * that are done are skipped, so it goes on where it was stopped.
 */
export const rotateTokens: TokensAction = async ({ custody, terminal }) => {
  const stop = stopSignal(terminal);
  const ids: string[] = [];
  for await (const id of custody.userIds()) ids.push(id);

  const outcomes: Record<TokenRotation, string[]> = {
    rewritten: [],
    unchanged: [],
    busy: [],
    unreadable: [],
  };
  const shown = progress('Encrypting', ids.length, terminal);
  let done = 0;
  for (const id of ids) {
    if (stop.aborted) break;
    outcomes[await custody.rotate(id)].push(id);
    shown.advance();
    done += 1;
  }
  shown.end();

  const { rewritten, busy, unreadable } = outcomes;
  for (const id of busy) terminal.error(`${id}  is kept locked by a server`);
  for (const id of unreadable) terminal.error(`${id}  cannot be decrypted; see tokens show ${id}`);
  const result = `Of ${done} users, ${rewritten.length} had secrets under another key, or in the clear.`;
  if (done < ids.length) {
    terminal.out(`Stopped. ${result} ${ids.length - done} users are left: run it again to go on.`);
    return STOPPED;
  }
  const failed = busy.length + unreadable.length;
  terminal.out(
    failed === 0
      ? `${result} All are under the first key now.`
      : `${result} ${failed} could not be rewritten: keep the other keys.`,
  );
  return failed === 0 ? 0 : 1;
};
