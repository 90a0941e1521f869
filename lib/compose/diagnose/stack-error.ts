import { type Diagnostic, DIAGNOSTICS } from './diagnostic.ts';
import { hangingIndent } from './hanging-indent.ts';

/** Everything that keeps a stack from working, found in one go. `message` is written for a terminal. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code = 'stack_invalid';
  /** All diagnostics of the stack, the warnings too. */
  declare readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ level }) => level === 'error');
    const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
    super(`The stack has ${count}.\n\n${errors.map(formatDiagnostic).join('\n\n')}\n`);
    // Not enumerable: the message says it all, and a terminal would show it a second time, as an object.
    Object.defineProperty(this, 'diagnostics', { value: diagnostics });
  }
}

/** How many columns a diagnostic takes: fewer than most terminals have, and few enough to read. */
const COLUMNS = 100;

/** A diagnostic as a paragraph for a terminal, in lines of at most 100 characters. */
export function formatDiagnostic({ id, level, message, hint, at }: Diagnostic): string {
  return [
    hangingIndent(`  ${level} ${id} (${DIAGNOSTICS[id].title}): `, message, 4, COLUMNS),
    `    at ${at}`,
    ...hint
      .split('\n')
      .map((line, index) => hangingIndent(index === 0 ? '    hint: ' : '          ', line, 10, COLUMNS)),
  ].join('\n');
}
