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
 * This is what `on-headers` does for each of its listeners; here one function does it for all of a stack. It touches the
 * response as little as it can, since each property of it is dear in Express (docs/benchmarks.md).
 *
 * @param act - is told whether it has sent the headers itself.
 * @see https://github.com/jshttp/on-headers
 */
export function beforeHeaders(res: Response, act: (areSent: () => boolean) => void): void {
  const { writeHead } = res as unknown as { writeHead: (this: Response, ...args: HeadArguments) => Response };
  let phase: 'before' | 'acting' | 'sending' = 'before';
  const areSent = (): boolean => phase === 'sending';

  function writeHeadAfterActing(this: Response, ...args: HeadArguments): Response {
    if (phase !== 'before') {
      phase = 'sending';
      return writeHead.apply(this, args);
    }
    const [status] = args;
    // One status alone is how Node itself calls it.
    let taken: HeadArguments | undefined = args;
    if (args.length > 1) taken = takeHeaders(this, args);
    if (taken === undefined) return writeHead.apply(this, args);
    const isStatus = Number.isInteger(status);
    if (isStatus && this.statusCode !== status) this.statusCode = status;
    phase = 'acting';
    act(areSent);
    if (areSent()) return this;
    phase = 'sending';
    const { statusCode } = this;
    try {
      return isStatus && statusCode !== status
        ? writeHead.call(this, statusCode)
        : writeHead.apply(this, taken);
    } catch (error) {
      if (!this.headersSent) phase = 'before';
      throw error;
    }
  }
  res.writeHead = writeHeadAfterActing as Response['writeHead'];
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
