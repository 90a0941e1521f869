import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What V8 hands to a program's own `Error.prepareStackTrace`, as far as it is needed here. */
interface CallSite {
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getEvalOrigin?(): string | undefined;
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
export function placesIn(stack: unknown): string[] {
  const places = Array.isArray(stack) ? stack.map(placeOf) : framesOf(String(stack)).map(placeIn);
  return places.filter((place) => place !== undefined);
}

function framesOf(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => /^\s*at (?:async )?(?<frame>.*?)\s*$/.exec(line)?.groups?.frame ?? []);
}

/** Where a file's name begins. Frames of JavaScript itself, such as `Array.map (<anonymous>)`, have none. */
const FILE = String.raw`(?=eval at |[A-Za-z][\w+.-]+://|/|[A-Za-z]:\\|\\\\)`;
const CALL = new RegExp(String.raw` \(${FILE}(?<place>.*)\)$`);
const BARE = new RegExp(String.raw`^${FILE}(?<place>.*)$`);

/**
 * The place that a frame of a trace names. A frame is `name (file:line:column)`, or `file:line:column` without a name.
 * Both the file and the name may hold brackets.
 */
function placeIn(frame: string): string | undefined {
  const place = (CALL.exec(frame) ?? BARE.exec(frame))?.groups?.place;
  if (place === undefined) return undefined;
  // In code made from a string, what made it counts: `eval at make (file:///app/a.js:3:5), <anonymous>:1:1`.
  const origin = /^eval at (?<frame>.*), [^,]*$/.exec(place)?.groups?.frame;
  if (origin !== undefined) return placeIn(origin);
  const { file, line } = /^(?<file>.+):(?<line>\d+):\d+$/.exec(place)?.groups ?? {};
  return file === undefined || line === undefined ? undefined : `${seenFromHere(file)}:${line}`;
}

/** The same for a call site of V8. */
function placeOf(site: unknown): string | undefined {
  const { getFileName, getLineNumber, getEvalOrigin } = site as Partial<CallSite>;
  if (typeof getFileName !== 'function' || typeof getLineNumber !== 'function') return undefined;
  const file = getFileName.call(site);
  const line = getLineNumber.call(site);
  if (typeof file === 'string' && line !== null) return placeIn(`${file}:${line}:1`);
  return placeIn((getEvalOrigin?.call(site) ?? '').replace(/^eval at /, ''));
}

/** A file's path, relative to the working directory if it is below it. The address of another kind stays as it is. */
function seenFromHere(file: string): string {
  if (/^(?!file:)[A-Za-z][\w+.-]+:\/\//.test(file)) return file;
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere.split(sep).join('/');
}
