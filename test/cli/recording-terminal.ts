import type { Terminal } from '../../lib/cli/command.ts';

/** A terminal that keeps what a command writes, for commands that are run in the process of the test. */
export class RecordingTerminal implements Terminal {
  readonly env: Readonly<Record<string, string>>;
  written = '';
  errors = '';

  /** @param env - all there is in its environment */
  constructor(env: Readonly<Record<string, string>> = {}) {
    this.env = env;
  }

  out(text: string): void {
    this.written += `${text}\n`;
  }

  error(text: string): void {
    this.errors += `${text}\n`;
  }
}

/** What a command has written, without the line that says on which store it works: environment.test.ts looks at that. */
export function besidesTheStore(text: string): string {
  return text.replace(/^Store: .*(\n|$)/m, '');
}
