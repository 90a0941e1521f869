/** One port of the fake GitHub: takes requests apart, finds their route, and writes the answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Call, failure, type Route } from './answer.ts';
import type { Delivery, Outcome } from './faults.ts';

/** Stands between a request and its route; where faults happen and calls are counted. */
export type Interceptor = (call: Call, handle: () => Answer | Promise<Answer>) => Promise<Outcome>;

/** Routes below a prefix of the address: `''`, or `/api/v3`. */
export interface Mount {
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** Without one, the routes are no part of GitHub: no fault reaches them, and no call is counted. */
  readonly intercept?: Interceptor;
}

interface Pattern {
  readonly method: string;
  readonly address: RegExp;
  readonly route: Route;
  readonly intercept: Interceptor;
}

const plainly: Interceptor = async (_call, handle) => ({
  answer: await handle(),
  delivery: { how: 'whole' },
});

export class Listener {
  readonly #server: Server;
  readonly #closing = new AbortController();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Takes a port of the loopback address; 0 for any that is free. It answers nothing before {@link Listener.serve}. */
  static async listen(port: number): Promise<Listener> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new Listener(server);
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers from now on. */
  serve(mounts: readonly Mount[]): void {
    const patterns = mounts.flatMap((mount) => mount.routes.map((route) => compile(mount, route)));
    this.#server.on('request', (request, response) => {
      this.#answer(patterns, request, response).catch((error: unknown) => {
        // A broken connection is the client's doing; anything else is a fault of the fake that has to be seen.
        if (!response.destroyed) response.writeHead(500).end(String(error));
      });
    });
  }

  /** Ends everything, requests that hang included. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  async #answer(
    patterns: readonly Pattern[],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const found = match(patterns, request.method ?? '', url.pathname);
    if (found === undefined) {
      write(response, failure(404, 'Not Found'));
      return;
    }
    const call: Call = {
      route: found.pattern.route.on,
      params: found.params,
      query: url.searchParams,
      headers: request.headers,
      body: await readBody(request),
      address: `${url.origin}${url.pathname}`,
    };
    const { answer, delivery } = await found.pattern.intercept(call, () => found.pattern.route.handle(call));
    await this.#deliver(response, answer, delivery);
  }

  async #deliver(response: ServerResponse, answer: Answer | undefined, delivery: Delivery): Promise<void> {
    if (delivery.how === 'never') return;
    if (delivery.how === 'reset' || answer === undefined) {
      response.socket?.resetAndDestroy();
      return;
    }
    if (delivery.how === 'half') {
      const body = Buffer.from(answer.body);
      response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
      response.write(body.subarray(0, body.length / 2), () => response.socket?.destroySoon());
      return;
    }
    if (delivery.how === 'endless' || delivery.how === 'trickle') {
      response.writeHead(answer.status, answer.headers);
      await pipeline(goOn(delivery.how, this.#closing.signal), response);
      return;
    }
    if (delivery.how === 'late') await sleep(delivery.delayMs, undefined, { signal: this.#closing.signal });
    write(response, answer);
  }
}

/** Blanks, which JSON may begin with, until their reader leaves. */
async function* goOn(how: 'endless' | 'trickle', signal: AbortSignal): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(how === 'endless' ? 65_536 : 8, ' ');
  for (;;) {
    yield chunk;
    if (how === 'trickle') await sleep(20, undefined, { signal });
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function compile({ prefix, intercept = plainly }: Mount, route: Route): Pattern {
  const [method = '', path = ''] = route.on.split(' ');
  const source = `${prefix}${path}`.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { method, address: new RegExp(`^${source}$`), route, intercept };
}

function match(
  patterns: readonly Pattern[],
  method: string,
  pathname: string,
): { readonly pattern: Pattern; readonly params: Readonly<Record<string, string>> } | undefined {
  for (const pattern of patterns) {
    const found = pattern.method === method ? pattern.address.exec(pathname) : null;
    if (found !== null) return { pattern, params: found.groups ?? {} };
  }
  return undefined;
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (request.headers['content-type']?.includes('json')) {
    try {
      const parsed: unknown = JSON.parse(text);
      return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  }
  return Object.fromEntries(new URLSearchParams(text));
}
