import type { Diagnostic } from './diagnostic.ts';
import { formatDiagnostic } from './format-diagnostic.ts';

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
