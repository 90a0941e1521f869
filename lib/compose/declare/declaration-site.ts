import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where in the user's code something was declared. */
export interface DeclarationSite {
  /** `file:line`, seen from the working directory if it is below it; `'<unknown>'` when the trace doesn't say. */
  toString(): string;
}

/**
 * Remembers who is calling a function. Only the bare trace is taken now; it is turned into text, which costs far more,
 * when somebody asks.
 *
 * @param callee the function of this package that the user has called.
 */
export function declarationSite(callee: (...args: never[]) => unknown): DeclarationSite {
  const trace: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(trace, callee);
  Error.stackTraceLimit = limit;
  let text: string | undefined;
  return { toString: () => (text ??= placeIn(trace.stack ?? '')) };
}

function placeIn(stack: string): string {
  const frame = /(?<place>(?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(?<line>\d+):\d+\)?$/m.exec(stack)?.groups;
  if (frame?.place === undefined) return '<unknown>';
  const file = frame.place.startsWith('file://') ? fileURLToPath(frame.place) : frame.place;
  return `${seenFromHere(file)}:${frame.line ?? '?'}`;
}

function seenFromHere(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path.split(sep).join('/');
}
