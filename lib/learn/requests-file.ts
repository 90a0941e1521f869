/** A request that `learn` sends itself. */
export interface SentRequest {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Reads the requests of a file, as browsers (`.har`) and editors (`.http`) keep them. The host is left out.
 *
 * @param name - of the file: its ending says what it is.
 * @throws SyntaxError with what is wrong in the file.
 */
export function readRequests(name: string, text: string): SentRequest[] {
  return name.endsWith('.har') ? readHar(text) : readHttp(text);
}

/** What the sender sets anew. */
const OF_THE_SENDER = /^(?:host|connection|content-length|transfer-encoding|:.*)$/i;

interface Har {
  readonly log?: {
    readonly entries?: readonly {
      readonly request: {
        readonly method: string;
        readonly url: string;
        readonly headers?: readonly { readonly name: string; readonly value: string }[];
        readonly postData?: { readonly text?: string };
      };
    }[];
  };
}

function readHar(text: string): SentRequest[] {
  const entries = (JSON.parse(text) as Har).log?.entries;
  if (!Array.isArray(entries)) throw new SyntaxError('It has no log.entries, as a HAR file has.');
  return (entries as NonNullable<NonNullable<Har['log']>['entries']>).map(({ request }) => ({
    method: request.method,
    path: pathOf(request.url),
    headers: Object.fromEntries(
      (request.headers ?? [])
        .filter(({ name }) => !OF_THE_SENDER.test(name))
        .map(({ name, value }) => [name, value]),
    ),
    ...(request.postData?.text !== undefined && { body: request.postData.text }),
  }));
}

/** Requests are divided by lines that begin with `###`; a body comes after an empty line. */
function readHttp(text: string): SentRequest[] {
  return text.split(/^###.*$/m).flatMap((block) => {
    const lines = block.split(/\r?\n/).filter((line) => !/^\s*(?:#|\/\/)/.test(line));
    const start = lines.findIndex((line) => line.trim() !== '');
    const first = lines[start]?.trim();
    return first === undefined ? [] : [readBlock(first, lines.slice(start + 1))];
  });
}

function readBlock(first: string, lines: readonly string[]): SentRequest {
  const { method = 'GET', url } = /^(?:(?<method>[A-Z]+)\s+)?(?<url>\S+)/.exec(first)?.groups ?? {};
  if (url === undefined) throw new SyntaxError(`"${first}" is no request.`);
  const empty = lines.findIndex((line) => line.trim() === '');
  const headers = (empty < 0 ? lines : lines.slice(0, empty)).map((line) => {
    const { name, value } = /^(?<name>[^:\s]+):\s*(?<value>.*)$/.exec(line.trim())?.groups ?? {};
    if (name === undefined || value === undefined) throw new SyntaxError(`"${line}" is no header.`);
    return [name, value] as const;
  });
  const body =
    empty < 0
      ? ''
      : lines
          .slice(empty + 1)
          .join('\n')
          .trim();
  return {
    method,
    path: pathOf(url),
    headers: Object.fromEntries(headers.filter(([name]) => !OF_THE_SENDER.test(name))),
    ...(body !== '' && { body }),
  };
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://localhost');
  return pathname + search;
}
