import type { DestinationStream } from 'pino';
import { LogOutput } from '../server/log-output.ts';
import type { Terminal } from './command.ts';
import { terminalLog } from './terminal-log.ts';

interface ServerLog extends DestinationStream {
  /** Resolves when all is written, or nobody reads it. */
  emptied(): Promise<void>;
}

/**
 * Where a server logs to: lines for a person at a terminal, JSON for whatever else reads standard output.
 *
 * @param isShared - whether other processes write there at the same time.
 */
export function serverLog(terminal: Terminal, isShared: boolean): ServerLog {
  if (!process.stdout.isTTY) return new LogOutput(isShared);
  return { ...terminalLog((line) => terminal.out(line)), emptied: () => Promise.resolve() };
}
