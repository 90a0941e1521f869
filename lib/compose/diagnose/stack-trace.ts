import nodePath, { type PlatformPath } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What V8 hands to a program's own `Error.prepareStackTrace`, as far as it is needed here. */
interface CallSite {
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getEvalOrigin?(): string | undefined;
}

/** The system that a program runs on, as far as it decides what a path is. */
export interface PathSystem {
  readonly path: PlatformPath;
  readonly workingDirectory: string;
}

/**
 * The innermost place in a file that a stack trace names, as `file:line`; undefined when it names none.
 *
 * @param stack - the `stack` of an error: text, or, where a program's own `Error.prepareStackTrace` returns them, V8's
 *   call sites.
 */
export function callerIn(stack: unknown): string | undefined {
  return placesIn(stack)[0];
}

/** All places in files that a stack trace names, the innermost first. See {@link callerIn}. */
export function placesIn(stack: unknown, system = thisSystem()): string[] {
  const places = Array.isArray(stack)
    ? stack.map((site) => placeOf(site, system))
    : framesOf(String(stack)).map((frame) => placeIn(frame, system));
  return places.filter((place) => place !== undefined);
}

function thisSystem(): PathSystem {
  return { path: nodePath, workingDirectory: process.cwd() };
}

function framesOf(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => /^\s*at (?:async )?(?<frame>.*?)\s*$/.exec(line)?.groups?.frame ?? []);
}

/** Where a file's name begins. Frames of JavaScript itself, such as `Array.map (<anonymous>)`, have none. */
const FILE = String.raw`(?=eval at |[A-Za-z][\w+.-]+://|/|[A-Za-z]:[\\/]|\\\\)`;
const CALL = new RegExp(String.raw` \(${FILE}(?<place>.*)\)$`);
const BARE = new RegExp(String.raw`^${FILE}(?<place>.*)$`);

/**
 * The place that a frame of a trace names. A frame is `name (file:line:column)`, or `file:line:column` without a name.
 * Both the file and the name may hold brackets.
 */
function placeIn(frame: string, system: PathSystem): string | undefined {
  const place = (CALL.exec(frame) ?? BARE.exec(frame))?.groups?.place;
  if (place === undefined) return undefined;
  // In code made from a string, what made it counts: `eval at make (file:///app/a.js:3:5), <anonymous>:1:1`.
  const origin = /^eval at (?<frame>.*), [^,]*$/.exec(place)?.groups?.frame;
  if (origin !== undefined) return placeIn(origin, system);
  const { file, line } = /^(?<file>.+):(?<line>\d+):\d+$/.exec(place)?.groups ?? {};
  return file === undefined || line === undefined ? undefined : `${seenFromHere(file, system)}:${line}`;
}

/** The same for a call site of V8. */
function placeOf(site: unknown, system: PathSystem): string | undefined {
  const { getFileName, getLineNumber, getEvalOrigin } = site as Partial<CallSite>;
  if (typeof getFileName !== 'function' || typeof getLineNumber !== 'function') return undefined;
  const file = getFileName.call(site);
  const line = getLineNumber.call(site);
  if (typeof file === 'string' && line !== null) return placeIn(`${file}:${line}:1`, system);
  return placeIn((getEvalOrigin?.call(site) ?? '').replace(/^eval at /, ''), system);
}

/**
 * A file's path, relative to the working directory if it is below it, and then the same on every system. The address of
 * another kind stays as it is.
 */
function seenFromHere(file: string, { path, workingDirectory }: PathSystem): string {
  if (/^(?!file:)[A-Za-z][\w+.-]+:\/\//.test(file)) return file;
  const found = file.startsWith('file:') ? fileURLToPath(file, { windows: path.sep === '\\' }) : file;
  const fromHere = path.relative(workingDirectory, found);
  return fromHere.startsWith('..') || path.isAbsolute(fromHere) ? found : fromHere.split(path.sep).join('/');
}
