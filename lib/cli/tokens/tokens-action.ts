import type { DocumentStore } from '../../oss/storage/document-store.ts';
import type { TokenCustody } from '../../oss/token-custody.ts';
import type { Terminal } from '../command.ts';

export interface TokensContext {
  readonly custody: TokenCustody;
  readonly documents: DocumentStore;
  /** Empty for what concerns all users. */
  readonly githubUserId: string;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** What `openhands-express tokens` can do; one file each. @returns the exit code. */
export type TokensAction = (context: TokensContext) => Promise<number>;

/** The exit code of what was stopped by Ctrl-C, as shells have it: 128 and the number of the signal. */
export const STOPPED = 130;

/** Whether to stop, from the first call on. */
export function stopSignal(terminal: Terminal): AbortSignal {
  return terminal.interruption?.() ?? new AbortController().signal;
}
