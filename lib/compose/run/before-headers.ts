import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { Response } from 'express';

/** What `res.writeHead` takes. Node calls it itself, with the status, where no handler does. */
type HeadArguments = [status: number, ...rest: (string | HeadersGiven | null | undefined)[]];
type HeadersGiven = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | readonly Pair[];
type Pair = readonly [name: string, value: OutgoingHttpHeader];

/**
 * Calls a function when the headers of an answer are about to be sent, whoever sends them: then all that is to be sent
 * stands in `res.getHeaders()` and `res.statusCode`, and may still be changed. It is called again for another answer if
 * Node refuses this one.
 *
 * This is what `on-headers` does for each of its listeners; here one function does it for all of a stack. It touches the
 * response as little as it can, since each property of it is dear in Express (docs/benchmarks.md).
 *
 * While it runs nothing can be sent: an answer within another one would be a mixture of both, and Node throws at what the
 * outer one still sends, where nobody can catch it.
 *
 * @see https://github.com/jshttp/on-headers
 */
export function beforeHeaders(res: Response, act: () => void): void {
  const { writeHead } = res as unknown as { writeHead: (this: Response, ...args: HeadArguments) => Response };
  let phase: 'before' | 'acting' | 'sending' = 'before';
  let length: ReturnType<Response['getHeader']>;

  function writeHeadAfterActing(this: Response, ...args: HeadArguments): Response {
    if (phase === 'acting') {
      keepLength(this, length);
      throw new Error('An answer is on its way already, so beforeHeaders cannot send another one.');
    }
    if (phase === 'sending' || areSent(this)) return writeHead.apply(this, args);
    const status = statusOf(args[0]);
    // One status alone is how Node itself calls it.
    let taken: HeadArguments | undefined = args;
    if (args.length > 1) taken = takeHeaders(this, args);
    if (taken === undefined) return writeHead.apply(this, args);
    if (status !== undefined && this.statusCode !== status) this.statusCode = status;
    length = this.getHeader('Content-Length');
    phase = 'acting';
    act();
    phase = 'sending';
    const { statusCode } = this;
    try {
      return status !== undefined && statusCode !== status
        ? writeHead.call(this, statusCode)
        : writeHead.apply(this, taken);
    } catch (error) {
      if (!areSent(this)) phase = 'before';
      throw error;
    }
  }
  res.writeHead = writeHeadAfterActing as Response['writeHead'];
}

/** A function, since what is true of a response before others act may not be so behind it. */
function areSent({ headersSent }: Response): boolean {
  return headersSent;
}

/** The status that Node makes of what it is given, such as a text; undefined for what is no number. */
function statusOf(given: unknown): number | undefined {
  const status = Math.trunc(Number(given));
  return Number.isNaN(status) ? undefined : status;
}

/** Takes back what an answer that is refused has said of its length. */
function keepLength(res: Response, length: ReturnType<Response['getHeader']>): void {
  // Without the header Node tells the length of what was ended first, unless the header is removed.
  if (length === undefined) res.removeHeader('Content-Length');
  else res.setHeader('Content-Length', length);
}

/**
 * Sets the headers that are given to `writeHead`, as Node does it.
 *
 * @returns the arguments without them; undefined for those that Node refuses.
 */
function takeHeaders(res: Response, [status, second, third]: HeadArguments): HeadArguments | undefined {
  const [message, headers] = typeof second === 'string' ? [second, third] : [undefined, third ?? second];
  if (Array.isArray(headers)) {
    const pairs = pairsOf(headers as readonly (OutgoingHttpHeader | Pair)[]);
    if (pairs === undefined) return undefined;
    // A list may hold a name several times. It stands in the place of what was set before.
    for (const [name] of pairs) res.removeHeader(name);
    for (const [name, value] of pairs) res.appendHeader(name, value as string);
  } else if (typeof headers === 'object' && headers !== null) {
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
