import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The engine's own files, which are never the answer to "where was this declared?". */
const ENGINE = fileURLToPath(new URL('.', import.meta.url));
const FRONT_DOOR = /^(?<folder>.*)[\\/]$/.exec(ENGINE)?.groups?.folder;

/** Where in the user's code something was declared. */
export interface DeclarationSite {
  /** `file:line`, seen from the working directory if it is below it; `'<unknown>'` when the trace doesn't say. */
  toString(): string;
}

/**
 * Remembers who is calling the engine. Only the bare trace is taken now; it is turned into text, which costs far more,
 * when somebody asks.
 */
export function declarationSite(): DeclarationSite {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  const trace = new Error('declared here');
  Error.stackTraceLimit = limit;
  let text: string | undefined;
  return { toString: () => (text ??= firstForeignFrame(trace.stack ?? '')) };
}

function firstForeignFrame(stack: string): string {
  for (const line of stack.split('\n')) {
    const frame = /(?<place>(?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(?<line>\d+):\d+\)?$/.exec(line)?.groups;
    const place = frame?.place;
    if (place === undefined) continue;
    const file = place.startsWith('file://') ? fileURLToPath(place) : place;
    if (!isEngine(file)) return `${seenFromHere(file)}:${frame?.line ?? '?'}`;
  }
  return '<unknown>';
}

function isEngine(file: string): boolean {
  return file.startsWith(ENGINE) || file === `${FRONT_DOOR ?? ''}.ts` || file === `${FRONT_DOOR ?? ''}.js`;
}

function seenFromHere(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path.split(sep).join('/');
}
