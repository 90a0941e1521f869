import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { Response } from 'express';

/** What `res.writeHead` takes. Node calls it itself, with the status, where no handler does. */
type HeadArguments = [status: number, ...rest: (string | HeadersGiven | undefined)[]];
type HeadersGiven = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | readonly Pair[];
type Pair = readonly [name: string, value: OutgoingHttpHeader];

/**
 * Calls a function when the headers of an answer are about to be sent, whoever sends them: then all that is to be sent
 * stands in `res.getHeaders()` and `res.statusCode`, and may still be changed. It is called again for another answer if
 * Node refuses this one.
 *
 * This is what `on-headers` does for each of its listeners; here one function does it for all of a stack.
 *
 * @see https://github.com/jshttp/on-headers
 */
export function beforeHeaders(res: Response, act: () => void): void {
  const { writeHead } = res as unknown as { writeHead: (this: Response, ...args: HeadArguments) => Response };
  let hasActed = false;

  function writeHeadAfterActing(this: Response, ...args: HeadArguments): Response {
    const [status] = args;
    // One status alone is how Node itself calls it.
    const taken = args.length === 1 ? args : takeHeaders(this, args);
    if (hasActed || taken === undefined || this.headersSent) return writeHead.apply(this, taken ?? args);
    if (this.statusCode !== status && Number.isInteger(status)) this.statusCode = status;
    hasActed = true;
    act();
    if (haveBeenSent(this)) return this;
    const isOther = this.statusCode !== status && Number.isInteger(status);
    try {
      return writeHead.apply(this, isOther ? [this.statusCode] : taken);
    } finally {
      hasActed = this.headersSent;
    }
  }
  res.writeHead = writeHeadAfterActing as Response['writeHead'];
}

/** Whether what acted has sent the headers itself. */
function haveBeenSent(res: Response): boolean {
  return res.headersSent;
}

/**
 * Sets the headers that are given to `writeHead`, as Node does it.
 *
 * @returns the arguments without them; undefined for those that Node refuses.
 */
function takeHeaders(res: Response, [status, second, third]: HeadArguments): HeadArguments | undefined {
  const [message, headers] = typeof second === 'string' ? [second, third] : [undefined, second ?? third];
  if (Array.isArray(headers)) {
    const pairs = pairsOf(headers as readonly (OutgoingHttpHeader | Pair)[]);
    if (pairs === undefined) return undefined;
    // A list may hold a name several times. It stands in the place of what was set before.
    for (const [name] of pairs) res.removeHeader(name);
    for (const [name, value] of pairs) res.appendHeader(name, value as string);
  } else if (typeof headers === 'object') {
    for (const [name, value] of Object.entries(headers)) {
      if (name !== '') res.setHeader(name, value as OutgoingHttpHeader);
    }
  }
  return message === undefined ? [status] : [status, message];
}

/** Of a list of pairs, or of names and values in turn. */
function pairsOf(list: readonly (OutgoingHttpHeader | Pair)[]): readonly Pair[] | undefined {
  if (Array.isArray(list[0])) return list as readonly Pair[];
  if (list.length % 2 !== 0) return undefined;
  return Array.from(
    { length: list.length / 2 },
    (_, at) => [list[2 * at], list[2 * at + 1]] as unknown as Pair,
  );
}
