import { once } from 'node:events';
import { type DestinationStream, pino } from 'pino';
import { within } from '../time-limit.ts';
import { IN_ONE_PIECE_BYTES, inOnePiece } from './in-one-piece.ts';

/** How long a process that ends waits for who reads its log, in milliseconds. Then lines are lost. */
const PATIENCE_MS = 2_000;

/** Standard output, for lines of a log that a machine reads. */
export class LogOutput implements DestinationStream {
  readonly #output: ReturnType<typeof pino.destination>;
  readonly #isShared: boolean;
  #isEmpty = true;
  #isGone = false;

  /** @param isShared - whether other processes write there at the same time: then no line gets into another one. */
  constructor(isShared: boolean) {
    this.#isShared = isShared;
    this.#output = pino.destination({ dest: 1, ...(isShared && { maxWrite: IN_ONE_PIECE_BYTES }) });
    this.#output.on('drain', () => (this.#isEmpty = true));
    this.#output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#isGone = true;
    });
  }

  write(line: string): void {
    this.#isEmpty = false;
    this.#output.write(this.#isShared ? inOnePiece(line) : line);
  }

  /** For pino, before a process dies. */
  flushSync(): void {
    this.#output.flushSync();
  }

  /** Resolves when all is written, or nobody reads it: what is on its way when a process exits would be lost. */
  async emptied(): Promise<void> {
    if (this.#isEmpty || this.#isGone) return;
    const written = once(this.#output, 'drain').catch(() => undefined);
    const late = () => new Error('Nobody reads the log.');
    await within(PATIENCE_MS, written, late).catch(() => this.#output.destroy());
  }
}
