import { type Diagnostic, DIAGNOSTICS, type Place } from './diagnostic.ts';
import { hangingIndent } from './hanging-indent.ts';

/** How many columns a diagnostic takes: fewer than most terminals have, and few enough to read. */
const COLUMNS = 100;

/**
 * A diagnostic as a paragraph for a terminal, in lines of at most 100 characters. It says what is wrong, where each
 * middleware concerned was declared, what to write instead, and where all this is explained.
 *
 * @param diagnostic - one of `stack.diagnostics`, or of those of a `StackError`.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { id, level, message, hint, places, at, explanation } = diagnostic;
  return [
    hangingIndent(`  ${level} ${id} (${DIAGNOSTICS[id].title}): `, message, 4, COLUMNS),
    ...(places.length > 1 ? places.map(named) : [at]).map((place) => `    at ${place}`),
    ...hint
      .split('\n')
      .map((line, index) => hangingIndent(index === 0 ? '    hint: ' : '          ', line, 10, COLUMNS)),
    `    see ${explanation}`,
  ].join('\n');
}

/** A diagnostic as one line for a log. */
export function diagnosticLine({
  id,
  message,
  hint,
  places,
  explanation,
}: Pick<Diagnostic, 'message' | 'hint' | 'places' | 'explanation'> & { readonly id: string }): string {
  return `${id} ${message} At ${places.map(named).join(', ')}. ${hint} See ${explanation}`;
}

function named({ name, at }: Place): string {
  return `${at} (${name})`;
}
