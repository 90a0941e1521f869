/** Who may sign in, by login, when `GITHUB_USER_LIST_FILE` is set. */
import type { Logger } from 'pino';
import { type Line, LinesFile } from '../../oss/lines-file.ts';

export interface AllowListOptions {
  /** One login a line; `undefined` lets everyone in. */
  readonly file: string | undefined;
  readonly log: Logger;
}

/** Of GitHub, its older users and bots, and of managed users, which have the name of their enterprise behind them. */
const LOGIN = /^[a-z\d][a-z\d-]*(_[a-z\d]+)?(\[bot\])?$/;
/** How many of the lines that can be no login are named: all of them, if the file is another than it should be. */
const MOST_NAMED = 10;

/** Read again when the file changes, which is looked at on every sign-in. */
export class AllowList {
  readonly #file: LinesFile<ReadonlySet<string>> | undefined;

  constructor({ file, log }: AllowListOptions) {
    this.#file =
      file === undefined
        ? undefined
        : new LinesFile({
            path: file,
            variable: 'GITHUB_USER_LIST_FILE',
            expected: 'Create it with one GitHub login a line, or unset the variable to let everyone in.',
            parse: (lines) => loginsIn(lines, file, log),
            log,
          });
  }

  /** @throws ConfigurationError when the file is set but cannot be read. For the start. */
  async verify(): Promise<void> {
    await this.#file?.verify();
  }

  /** Whether the login is on the list. Case does not matter, as it does not to GitHub. */
  async allows(login: string): Promise<boolean> {
    if (this.#file === undefined) return true;
    // Neither locking everybody out nor letting everybody in is what an operator wants of a list that is away.
    return (await this.#file.current())?.has(login.toLowerCase()) ?? false;
  }
}

function loginsIn(lines: readonly Line[], file: string, log: Logger): ReadonlySet<string> {
  const odd = lines.filter(({ text }) => !LOGIN.test(text.toLowerCase()));
  if (odd.length > 0) {
    // By number: a file that was named by mistake does not belong into the log.
    const numbers = odd.slice(0, MOST_NAMED).map(({ number }) => number);
    log.warn(
      { file, lines: numbers, count: odd.length },
      'GITHUB_USER_LIST_FILE has lines that can be no GitHub login, and let nobody in: write one login a line, without @',
    );
  }
  return new Set(lines.map(({ text }) => text.toLowerCase()));
}
