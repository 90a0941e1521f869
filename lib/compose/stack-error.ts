import { DIAGNOSTICS, type Diagnostic } from './diagnostic.ts';

/** Everything that keeps a stack from working, found in one go. `message` is written for a terminal. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code = 'stack_invalid';
  /** All diagnostics of the stack, the warnings too. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ level }) => level === 'error');
    const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
    super(`The stack has ${count}.\n\n${errors.map(formatDiagnostic).join('\n\n')}\n`);
    this.diagnostics = diagnostics;
  }
}

/** A diagnostic as a paragraph for a terminal. */
export function formatDiagnostic({ id, level, message, hint, at }: Diagnostic): string {
  return [
    `  ${level} ${id} (${DIAGNOSTICS[id].title}): ${message}`,
    `    at ${at}`,
    ...hint.split('\n').map((line, index) => (index === 0 ? `    hint: ${line}` : `          ${line}`)),
  ].join('\n');
}
