import { once } from 'node:events';
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';

/**
 * How long an idle connection stays open, in milliseconds: longer than load balancers keep theirs (AWS and nginx:
 * 60 s), so that they, and not this server, end it. Else a request could meet a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 75_000;
/**
 * How long a request's headers may take, and the request as a whole, in milliseconds. Behind a proxy that reads requests
 * first, both take no time; of the bodies that are read here, the longest are GitHub's events.
 */
const HEADERS_MS = 15_000;
const REQUEST_MS = 30_000;
/** How often Node looks for requests that take longer, in milliseconds. */
const CHECK_MS = 5_000;
/** Then a connection ends with its answer: what one client can ask for before somebody else has a turn. */
const MOST_REQUESTS_OF_CONNECTION = 1_000;
/** More answers than any client waits for on one connection; one that sends on and reads nothing has more. */
const MOST_UNREAD_ANSWERS = 100;

/** How a server is to end. */
export interface DrainOptions {
  /** For how long requests are still taken, so that load balancers notice; in milliseconds. */
  readonly noticeMs: number;
  /** How long requests in flight may then take, in milliseconds. */
  readonly patienceMs: number;
  /**
   * Whether idle connections are kept until their next request, which is answered, or until they would end anyway: where
   * another server has taken the port over, nobody has to notice. Otherwise they are closed, and whoever sends a request
   * on one at that moment has to send it again.
   */
  readonly keepsIdle?: boolean;
}

/** How long a server may take to end that keeps idle connections, in milliseconds: until the last of them has. */
export const RETIRING_MS = KEEP_ALIVE_MS + 10_000;

/** An HTTP server that ends without failing a request. */
export class GracefulServer {
  readonly #server: Server;
  readonly #answering = new Set<ServerResponse>();
  /** How many answers of a connection are still to be read. */
  readonly #unread = new WeakMap<Socket, number>();
  readonly #drainNow = new AbortController();
  #draining = false;
  #keepsIdle = false;
  #closed: Promise<unknown> | undefined;

  /** @param options - of Node's server, such as the classes of its requests and responses. */
  constructor(listener: RequestListener, options: ServerOptions = {}) {
    this.#server = createServer({
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
      ...options,
    });
    this.#server.maxRequestsPerSocket = MOST_REQUESTS_OF_CONNECTION;
    this.#server.on('request', (req, res) => {
      if (!this.#hasRoom(req.socket)) return;
      this.#watch(req.socket, res);
      listener(req, res);
    });
  }

  /** @throws what `listen` emits, such as EADDRINUSE. */
  async listen(port: number, host: string): Promise<AddressInfo> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return this.#server.address() as AddressInfo;
  }

  /**
   * Ends the server. For a while it goes on, but tells every client to take another connection next time. Then it takes
   * no new ones, and waits for the requests in flight. It may be called again, for an end that comes sooner.
   *
   * @returns how many requests were cut off because they took too long.
   */
  async drain({ noticeMs, patienceMs, keepsIdle = false }: DrainOptions): Promise<number> {
    this.#draining = true;
    this.#keepsIdle = keepsIdle;
    for (const response of this.#answering) sayClose(response);
    await this.#wait(noticeMs);
    const closed = (this.#closed ??= once(this.#server, 'close'));
    // That of an HTTP server closes idle connections as well.
    if (keepsIdle) NetServer.prototype.close.call(this.#server);
    else this.#server.close();
    const done = new AbortController();
    const late = this.#wait(patienceMs, done.signal).then(() => {
      const cut = this.#answering.size;
      this.#server.closeAllConnections();
      return cut;
    });
    await closed;
    done.abort();
    return late;
  }

  /** Makes {@link drain} wait no longer. */
  drainNow(): void {
    this.#drainNow.abort();
  }

  /** A connection whose client reads no answers is ended: each of them takes memory until it is read. */
  #hasRoom(socket: Socket): boolean {
    if (socket.destroyed) return false;
    if ((this.#unread.get(socket) ?? 0) < MOST_UNREAD_ANSWERS) return true;
    socket.destroy();
    return false;
  }

  #watch(socket: Socket, response: ServerResponse): void {
    this.#answering.add(response);
    this.#unread.set(socket, (this.#unread.get(socket) ?? 0) + 1);
    if (this.#draining) sayClose(response);
    response.once('close', () => {
      this.#answering.delete(response);
      this.#unread.set(socket, (this.#unread.get(socket) ?? 1) - 1);
      // The answer had begun before the draining, so its connection would be kept alive.
      if (this.#draining && !this.#keepsIdle && !this.#server.listening)
        setImmediate(() => this.#server.closeIdleConnections());
    });
  }

  /** Resolves after so long, or at once when hurried or told to. */
  #wait(ms: number, signal?: AbortSignal): Promise<void> {
    const over = AbortSignal.any([this.#drainNow.signal, ...(signal ? [signal] : [])]);
    if (ms === 0 || over.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        over.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      over.addEventListener('abort', end);
    });
  }
}

/** RFC 9112, section 9.6: this is the last response on its connection. */
function sayClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
