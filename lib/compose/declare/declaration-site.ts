import { callerIn } from '../diagnose/stack-trace.ts';

/** Where in the user's code something was declared. */
export interface DeclarationSite {
  /** `file:line`, relative to the working directory if below it; `'<unknown>'` when the trace doesn't say. */
  toString(): string;
}

/** How many frames of a trace are kept: before the user's code may come some of JavaScript itself, as `Array.map`. */
const FRAMES = 5;

/**
 * Remembers where a function was called. Only the bare trace is taken now. It becomes text, which costs far more, when
 * `toString` is called.
 *
 * @param callee - the function of this package that the user has called.
 */
export function declarationSite(callee: (...args: never[]) => unknown): DeclarationSite {
  const trace = traceFrom(callee);
  let text: string | undefined;
  return { toString: () => (text ??= placeIn(trace)) };
}

function traceFrom(callee: (...args: never[]) => unknown): { readonly stack?: unknown } {
  const trace: { stack?: unknown } = {};
  const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  // Not assigned: a program may have frozen Error, and then its own limit holds.
  const changed = Reflect.set(Error, 'stackTraceLimit', FRAMES);
  try {
    Error.captureStackTrace(trace, callee);
  } finally {
    if (changed && before !== undefined) Reflect.set(Error, 'stackTraceLimit', before.value);
    else if (changed) Reflect.deleteProperty(Error, 'stackTraceLimit');
  }
  return trace;
}

/** The place in a trace, as text. It is only for people to read, so a failure here must not break a stack. */
function placeIn(trace: { readonly stack?: unknown }): string {
  try {
    return callerIn(trace.stack) ?? UNKNOWN;
  } catch {
    // A program's own Error.prepareStackTrace may throw, and so does process.cwd() in a folder that is gone.
    return UNKNOWN;
  }
}

const UNKNOWN = '<unknown>';
