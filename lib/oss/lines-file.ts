import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { ConfigurationError } from './errors.ts';
import { SeldomLog } from './seldom-log.ts';
import { readTextFile } from './text-file.ts';

/** A line that says something: without the blanks around it, not empty, and no comment. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

export interface LinesFileOptions<T> {
  readonly path: string;
  /** The variable of the environment that names the file. */
  readonly variable: string;
  /** What to do where there is no file. */
  readonly expected: string;
  /** What is made of the lines, whenever they have changed. */
  readonly parse: (lines: readonly Line[]) => T;
  readonly log: Logger;
}

/**
 * A list that an operator keeps in a file, one item a line, `#` for a comment. It is read again when the file changes, which
 * is looked at whenever somebody asks; so no restart, and nothing to watch.
 */
export class LinesFile<T> {
  readonly #options: LinesFileOptions<T>;
  readonly #seldom: SeldomLog;
  #last: { readonly version: string; readonly value: T } | undefined;

  constructor(options: LinesFileOptions<T>) {
    this.#options = options;
    this.#seldom = new SeldomLog(options.log);
  }

  /** @throws ConfigurationError when the file cannot be read. For the start. */
  async verify(): Promise<void> {
    const { path, variable, expected } = this.#options;
    try {
      await this.#refresh();
    } catch (cause) {
      throw new ConfigurationError(`${variable}: ${path} cannot be read. ${expected}`, { cause });
    }
  }

  /** What is in the file; while it cannot be read, what was in it last: a deployment may be half done. */
  async current(): Promise<T | undefined> {
    try {
      await this.#refresh();
    } catch (err) {
      const { path: file, variable } = this.#options;
      this.#seldom.error({ err, file }, `${variable} cannot be read; the last one read still holds`);
    }
    return this.#last?.value;
  }

  async #refresh(): Promise<void> {
    const { path, parse } = this.#options;
    const { mtimeMs, size, ino } = await stat(path);
    const version = `${mtimeMs}/${size}/${ino}`;
    if (version === this.#last?.version) return;
    this.#last = { version, value: parse(linesOf(await readTextFile(path))) };
  }
}

function linesOf(text: string): Line[] {
  return text
    .split(/\r\n?|\n/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}
