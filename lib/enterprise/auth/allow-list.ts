/** Who may sign in, by login, when `GITHUB_USER_LIST_FILE` is set. */
import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { ConfigurationError } from '../../oss/errors.ts';
import { readTextFile } from '../../oss/text-file.ts';

export interface AllowListOptions {
  /** One login a line; `undefined` lets everyone in. */
  readonly file: string | undefined;
  readonly log: Logger;
}

/** Read again when the file changes, which is looked at on every sign-in; so no restart, and nothing to watch. */
export class AllowList {
  readonly #file: string | undefined;
  readonly #log: Logger;
  #logins: ReadonlySet<string> = new Set();
  #version: string | undefined;

  constructor({ file, log }: AllowListOptions) {
    this.#file = file;
    this.#log = log;
  }

  /** @throws ConfigurationError when the file is set but cannot be read. For the start. */
  async verify(): Promise<void> {
    if (this.#file === undefined) return;
    try {
      await this.#refresh(this.#file);
    } catch (cause) {
      throw new ConfigurationError(
        `GITHUB_USER_LIST_FILE: ${this.#file} cannot be read. Create it with one GitHub login a line, or unset the variable to let everyone in.`,
        { cause },
      );
    }
  }

  /** Whether the login is on the list. Case does not matter, as it does not to GitHub. */
  async allows(login: string): Promise<boolean> {
    if (this.#file === undefined) return true;
    try {
      await this.#refresh(this.#file);
    } catch (err) {
      // Neither locking everybody out nor letting everybody in is what the operator wants of a half-done deployment.
      this.#log.error(
        { err, file: this.#file },
        'The list of allowed users cannot be read; the last one read still holds',
      );
    }
    return this.#logins.has(login.toLowerCase());
  }

  async #refresh(file: string): Promise<void> {
    const { mtimeMs, size, ino } = await stat(file);
    const version = `${mtimeMs}/${size}/${ino}`;
    if (version === this.#version) return;
    this.#logins = loginsIn(await readTextFile(file));
    this.#version = version;
  }
}

function loginsIn(text: string): ReadonlySet<string> {
  const lines = text.split(/\r\n?|\n/);
  return new Set(
    lines.map((line) => line.trim().toLowerCase()).filter((line) => line !== '' && !line.startsWith('#')),
  );
}
