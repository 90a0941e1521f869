import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request on its way: nobody listens, the answer never comes, the answer is lost in whole or in part
 * though the request was carried out, or somebody else answers; a number is the status of an answer in JSON.
 */
export type Fault =
  | 'down'
  | 'hangs'
  | 'loses the answer'
  | 'cuts the answer off'
  | 'answers with HTML'
  | 'answers with an error'
  | 'answers nonsense'
  | number;

/** Stands between a server and its Keycloak, and does not always let through. */
export class FaultyProxy {
  readonly url: string;
  /** The requests that have come by, as `POST /realms/…`. */
  readonly requests: string[] = [];
  fault: Fault | undefined;
  /** Only requests to a path that ends like this meet with the fault. */
  faultyPath = '';
  /** Shown what Keycloak is asked, as `POST /realms/…`, and the body. */
  onRequest: (request: string, body: string) => void = () => undefined;
  /** Waited for before an answer goes on; told what it answers, as `POST /realms/…`. */
  beforeAnswer: (request: string) => Promise<void> | undefined = () => undefined;
  /** Shown what Keycloak answers. */
  onAnswer: (body: string) => void = () => undefined;
  readonly #server: Server;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (req: IncomingMessage, res: ServerResponse) => this.#pass(req, res, target));
  }

  static async listen(target: string): Promise<FaultyProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyProxy(server, new URL(target));
  }

  /** How many requests to a path that ends like this have come by. */
  count(ending: string): number {
    return this.requests.filter((it) => it.endsWith(ending)).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(req: IncomingMessage, res: ServerResponse, target: URL): void {
    const name = `${req.method} ${req.url?.split('?')[0]}`;
    const fault = name.endsWith(this.faultyPath) ? this.fault : undefined;
    this.requests.push(name);
    bodyOf(req, (body) => this.onRequest(name, body));
    if (fault === 'down') {
      res.destroy();
      return;
    }
    if (fault === 'hangs') return;
    if (fault === 'answers with HTML') {
      res.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
      return;
    }
    if (fault === 'answers with an error') {
      res.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"temporarily_unavailable"}');
      return;
    }
    if (typeof fault === 'number') {
      res.writeHead(fault, { 'content-type': 'application/json' }).end('{"errorMessage":"no"}');
      return;
    }
    if (fault === 'answers nonsense') {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"invalid_grant":true}');
      return;
    }
    const headers = { ...req.headers, host: target.host };
    const onward = request(new URL(req.url ?? '/', target), { method: req.method, headers });
    onward.on('response', (answer) => void this.#passBack(answer, res, name, fault));
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  }

  async #passBack(
    answer: IncomingMessage,
    res: ServerResponse,
    name: string,
    fault: Fault | undefined,
  ): Promise<void> {
    await this.beforeAnswer(name);
    if (fault === 'loses the answer') {
      answer.resume().on('end', () => res.destroy());
      return;
    }
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    bodyOf(answer, this.onAnswer);
    if (fault === 'cuts the answer off') {
      answer.once('data', (chunk: Buffer) =>
        res.write(chunk.subarray(0, chunk.length / 2), () => res.destroy()),
      );
      return;
    }
    answer.pipe(res);
  }
}

function bodyOf(message: IncomingMessage, seen: (body: string) => void): void {
  let body = '';
  message.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => seen(body));
}
