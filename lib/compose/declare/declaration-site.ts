import { callerIn } from './stack-trace.ts';

/** Where in the user's code something was declared. */
export interface DeclarationSite {
  /** `file:line`, seen from the working directory if it is below it; `'<unknown>'` when the trace doesn't say. */
  toString(): string;
}

/** Between the user's code and the function called may stand frames of JavaScript itself, such as `Array.map`. */
const FRAMES = 5;

/**
 * Remembers where a function was called. Only the bare trace is taken now. It is turned into text, which costs far
 * more, when somebody asks.
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

/** A place is for people to read, so nothing that keeps it from being told may keep a stack from working. */
function placeIn(trace: { readonly stack?: unknown }): string {
  try {
    return callerIn(trace.stack) ?? UNKNOWN;
  } catch {
    // A program's own Error.prepareStackTrace may throw, and so does process.cwd() in a folder that is gone.
    return UNKNOWN;
  }
}

const UNKNOWN = '<unknown>';
