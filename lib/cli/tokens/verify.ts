import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { TokenCustody } from '../../oss/token-custody.ts';
import type { Terminal } from '../command.ts';
import { progress } from '../progress.ts';
import { STOPPED, stopSignal, type TokensAction } from './tokens-action.ts';

/** Reads every document, and decrypts those that are encrypted. */
export const verifyTokens: TokensAction = async ({ custody, documents, terminal }) => {
  const stop = stopSignal(terminal);
  const read = await readAll(documents, terminal, stop);
  const unreadable = await decryptAll(custody, terminal, stop);
  if (stop.aborted) {
    terminal.out('Stopped.');
    return STOPPED;
  }
  // Last: reading a damaged document sets it aside.
  const setAside: string[] = [];
  for await (const name of documents.listSetAside('')) setAside.push(name);

  for (const problem of unreadable) terminal.out(`unreadable  ${problem}`);
  for (const name of setAside) terminal.out(`damaged     ${name}`);
  const bad = unreadable.length + setAside.length;
  terminal.out(`${read} documents were read. ${bad === 0 ? 'All are sound.' : `${bad} are not sound.`}`);
  return bad === 0 ? 0 : 1;
};

async function readAll(documents: DocumentStore, terminal: Terminal, stop: AbortSignal): Promise<number> {
  const keys: string[] = [];
  for await (const key of documents.list('')) keys.push(key);
  const shown = progress('Reading', keys.length, terminal);
  let read = 0;
  for (const key of keys) {
    if (stop.aborted) break;
    if ((await documents.read(key)) !== undefined) read += 1;
    shown.advance();
  }
  shown.end();
  return read;
}

/** @returns what cannot be decrypted, a line each. */
async function decryptAll(custody: TokenCustody, terminal: Terminal, stop: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of custody.userIds()) ids.push(id);
  const shown = progress('Decrypting', ids.length, terminal);
  const problems: string[] = [];
  for (const id of ids) {
    if (stop.aborted) break;
    const status = await custody.status(id);
    if (status?.problem !== undefined) problems.push(status.problem);
    if (status?.settingsProblem !== undefined) problems.push(status.settingsProblem);
    problems.push(...(status?.otherProblems ?? []));
    if (status?.revocation === 'unreadable') problems.push(`the revocation of the user ${id}`);
    shown.advance();
  }
  shown.end();
  return problems;
}
