import type { Logger } from 'pino';
import { isError } from './is-error.ts';

const MINUTE_MS = 60_000;
/** There are as many kinds as messages and codes; that is a bound for what nobody has thought of. */
const MOST_KINDS = 1_000;

/** What a line is about; of `err`, `reason` and `check` depends which lines are of one kind. */
export interface SeldomFields {
  readonly err?: unknown;
  readonly reason?: string;
  readonly check?: string;
  readonly [name: string]: unknown;
}

/**
 * A log for what strangers, or an outage, can make happen at every request: of each kind there is one line a minute, and
 * the next one says in `left_out` how many there would have been besides.
 */
export class SeldomLog {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { readonly since: number; leftOut: number }>();

  /** @param now - the clock, in milliseconds since the epoch. */
  constructor(log: Logger, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
  }

  error(fields: SeldomFields, message: string): void {
    this.#write('error', fields, message);
  }

  warn(fields: SeldomFields, message: string): void {
    this.#write('warn', fields, message);
  }

  info(fields: SeldomFields, message: string): void {
    this.#write('info', fields, message);
  }

  #write(level: 'error' | 'warn' | 'info', fields: SeldomFields, message: string): void {
    const kind = [message, codeOf(fields.err), fields.reason, fields.check].join('\n');
    const last = this.#kinds.get(kind);
    if (last !== undefined && this.#now() - last.since < MINUTE_MS) {
      last.leftOut += 1;
      return;
    }
    if (this.#kinds.size >= MOST_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { since: this.#now(), leftOut: 0 });
    const leftOut = last?.leftOut ?? 0;
    this.#log[level](leftOut === 0 ? fields : { ...fields, left_out: leftOut }, message);
  }
}

/** What tells one failure from another; a mistake in a program has nothing but its message for that. */
function codeOf(error: unknown): string {
  if (!isError(error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : `${error.name}: ${error.message}`;
}
