import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How often every server is asked whether it is ready, in milliseconds. */
const PROBE_EVERY_MS = 50;

interface Backend {
  readonly url: URL;
  readonly agent: Agent;
  ready: boolean;
}

/**
 * A load balancer as small as one can be: requests go to the servers in turn, those that say that they are ready, over
 * connections that are kept. It never tries a request twice, so that a failure of one is seen.
 */
export class RoundRobinProxy {
  readonly #server: Server;
  readonly #backends = new Map<string, Backend>();
  readonly #closing = new AbortController();
  #turn = 0;

  private constructor() {
    this.#server = createServer((req, res) => this.#pass(req, res));
  }

  static async listen(): Promise<RoundRobinProxy> {
    const proxy = new RoundRobinProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when the server is ready, and gets its share from then on. */
  async add(url: string): Promise<void> {
    const backend = { url: new URL(url), agent: new Agent({ keepAlive: true }), ready: false };
    await probe(backend);
    this.#backends.set(url, backend);
    void this.#watch(url, backend);
  }

  /** Forgets a server that has ended. */
  remove(url: string): void {
    this.#backends.get(url)?.agent.destroy();
    this.#backends.delete(url);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const url of this.#backends.keys()) this.remove(url);
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #watch(url: string, backend: Backend): Promise<void> {
    while (!this.#closing.signal.aborted && this.#backends.get(url) === backend) {
      await probe(backend);
      await delay(PROBE_EVERY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  #pass(req: IncomingMessage, res: ServerResponse): void {
    const ready = [...this.#backends.values()].filter((backend) => backend.ready);
    const backend = ready[this.#turn++ % ready.length];
    if (backend === undefined) {
      res.writeHead(502).end('Nobody is ready.');
      return;
    }
    const { url, agent } = backend;
    const onward = request(
      {
        agent,
        host: url.hostname,
        port: url.port,
        path: req.url,
        method: req.method,
        headers: { ...req.headers, 'x-forwarded-for': req.socket.remoteAddress ?? '' },
      },
      (answer) => {
        const { connection: _, ...headers } = answer.headers;
        res.writeHead(answer.statusCode ?? 502, { ...headers, 'x-served-by': url.host });
        answer.pipe(res);
      },
    );
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (!res.headersSent) res.writeHead(502);
      res.end(`${url.host}: ${error.code ?? error.message}`);
    });
    req.pipe(onward);
  }
}

async function probe(backend: Backend): Promise<void> {
  backend.ready = await fetch(new URL('/ready', backend.url)).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );
}
