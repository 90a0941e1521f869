import { createLogUpdate } from 'log-update';
import type { Terminal } from './command.ts';

/** How far a long command has come. */
export interface Progress {
  /** So many more are done; 1 unless given. */
  advance(count?: number): void;
  /** No more will be done, though it need not be all. */
  end(): void;
}

const BAR_WIDTH = 30;
const REDRAW_EVERY_MS = 100;
const number = new Intl.NumberFormat('en-US');

/**
 * Shows how many of `total` are done: as a bar where a person looks on, and else as a plain line for each tenth, for
 * logs. It goes to standard error, so that the output of the command stays what it is.
 *
 * @param title - what is being done, such as `Encrypting tokens`.
 * @param total - how many there are to do.
 */
export function progress(
  title: string,
  total: number,
  terminal: Pick<Terminal, 'error' | 'screen'>,
): Progress {
  return terminal.screen === undefined
    ? asLines(title, total, (line) => terminal.error(line))
    : asBar(title, total, terminal.screen);
}

function asBar(title: string, total: number, screen: NodeJS.WriteStream): Progress {
  const draw = createLogUpdate(screen);
  const redraw = () => draw(`${title}  ${bar(done, total)}  ${count(done, total)}`);
  let done = 0;
  let drawnAt = -Infinity;
  redraw();
  return {
    advance(more = 1) {
      done += more;
      if (performance.now() - drawnAt < REDRAW_EVERY_MS) return;
      drawnAt = performance.now();
      redraw();
    },
    end() {
      redraw();
      draw.done();
    },
  };
}

function asLines(title: string, total: number, write: (line: string) => void): Progress {
  let done = 0;
  let written: number | undefined;
  const line = () => {
    if (written !== done) write(`${title}: ${count(done, total)}`);
    written = done;
  };
  return {
    advance(more = 1) {
      const tenths = Math.floor((done / total) * 10);
      done += more;
      if (Math.floor((done / total) * 10) > tenths) line();
    },
    end: line,
  };
}

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR_WIDTH : Math.round(Math.min(done / total, 1) * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

function count(done: number, total: number): string {
  // More may have come since they were counted.
  return `${number.format(done)} of ${number.format(Math.max(done, total))}`;
}
