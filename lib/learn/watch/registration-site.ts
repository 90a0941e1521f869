import { placesIn } from '../../compose/diagnose/stack-trace.ts';
import { callSitesAbove } from './call-sites.ts';
import type { AnyFunction } from './express-parts.ts';

/** Where something was registered, as `file:line`; `'<unknown>'` where the trace doesn't say. */
export interface RegistrationSite {
  readonly at: string;
}

/** By the line and column of the app that has registered. A suite makes its app again and again. */
const known = new Map<string, RegistrationSite>();

/** Enough frames to leave those of packages behind. */
const FRAMES = 30;

/**
 * The place that has called a function.
 *
 * @param callee - a function by which handlers are registered.
 */
export function siteAbove(callee: AnyFunction): RegistrationSite {
  const line = ownLine(callSitesAbove(callee, 1)[0]);
  if (line === undefined) return siteOf(traceAbove(callee));
  const site = known.get(line) ?? siteOf(traceAbove(callee));
  known.set(line, site);
  return site;
}

/** Undefined for the line of a package, which registers for different lines of the app, and for code without a file. */
function ownLine(site: NodeJS.CallSite | undefined): string | undefined {
  const file = site?.getFileName();
  if (site === undefined || typeof file !== 'string' || file.includes('node_modules')) return undefined;
  return `${file}:${site.getLineNumber() ?? ''}:${site.getColumnNumber() ?? ''}`;
}

function traceAbove(callee: AnyFunction): { readonly stack?: unknown } {
  const trace: { stack?: unknown } = {};
  const limit = Error.stackTraceLimit;
  const changed = Reflect.set(Error, 'stackTraceLimit', FRAMES);
  try {
    Error.captureStackTrace(trace, callee);
  } finally {
    if (changed) Error.stackTraceLimit = limit;
  }
  return trace;
}

/** The trace becomes text when it is asked for. */
function siteOf(trace: { readonly stack?: unknown }): RegistrationSite {
  let at: string | undefined;
  return {
    get at() {
      return (at ??= placeIn(trace));
    },
  };
}

/** The app's own line before that of a package which registers for it. */
function placeIn(trace: { readonly stack?: unknown }): string {
  try {
    const places = placesIn(trace.stack);
    return places.find((place) => !/node_modules[\\/]/.test(place)) ?? places[0] ?? '<unknown>';
  } catch {
    // A program's own Error.prepareStackTrace may throw.
    return '<unknown>';
  }
}
