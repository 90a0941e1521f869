import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Delays, type RelayClock, RelayedConnection } from './relayed-connection.ts';

/** Where a relay leads: a port of this machine, or the path of a unix socket. */
export type RelayTarget = { readonly port: number } | { readonly path: string };

/** Which connections a fault meets: those that are open now, those that come from now on, or both. */
export type Which = 'open' | 'new' | 'both';

/** What a new connection meets. */
type Welcome = 'pass' | 'stall' | 'blackhole' | 'cut';

const NO_DELAYS: Delays = { toServerMs: 0, toClientMs: 0 };

/**
 * Passes TCP connections on to an engine, and harms them when it is told to. Faults add up until {@link restore}: open
 * connections can be silent while new ones are refused.
 *
 * Where the engine itself takes no connection, the client's is reset: a relay cannot refuse what it has accepted.
 */
export class Relay {
  /** Where the next connections go. Another one is a failover behind the same name. */
  target: RelayTarget;
  readonly port: number;
  readonly #clock: RelayClock | undefined;
  readonly #open = new Set<RelayedConnection>();
  #server: Server | undefined;
  #welcome: Welcome = 'pass';
  #delays = NO_DELAYS;

  private constructor(target: RelayTarget, server: Server, clock?: RelayClock) {
    this.target = target;
    this.#clock = clock;
    this.port = (server.address() as AddressInfo).port;
    this.#take(server);
  }

  /** @param clock - what delays are counted by; that of the machine unless given. */
  static async to(target: RelayTarget, clock?: RelayClock): Promise<Relay> {
    return new Relay(target, await listening(0), clock);
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#open.size;
  }

  /** An address of the engine, with the port of this relay: `postgres://…` or `redis://…`. */
  through(address: string): string {
    const url = new URL(address);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /**
   * Accepts, and is silent: swallows what is sent, and that a side has closed. An open connection stays silent after
   * {@link restore}, for what it carried is gone; the engine is told then that it has ended.
   */
  blackhole(which: Which = 'both'): void {
    this.#meet(which, 'blackhole', (connection) => connection.blackhole());
  }

  /** Keeps back what is sent, and lets it through at {@link restore}: a network that was away for a while. */
  stall(which: Which = 'both'): void {
    this.#meet(which, 'stall', (connection) => connection.stall());
  }

  /** Keeps everything back for a time, in milliseconds, in each direction. */
  delay(delays: Partial<Delays>, which: Which = 'both'): void {
    const all = { ...NO_DELAYS, ...delays };
    if (which !== 'open') this.#delays = all;
    if (which !== 'new') for (const connection of this.#open) connection.delays = all;
  }

  /** Resets connections (RST), new ones as soon as they are accepted. */
  cut(which: Which = 'both'): void {
    this.#meet(which, 'cut', (connection) => connection.cut());
  }

  /** Refuses new connections (ECONNREFUSED). Open ones go on. */
  refuse(): void {
    // Not awaited: it closes when its last connection does, and listens no more at once.
    this.#server?.close();
    this.#server = undefined;
  }

  /** Ends all faults. Resolves when new connections are taken. */
  async restore(): Promise<void> {
    this.#welcome = 'pass';
    this.#delays = NO_DELAYS;
    for (const connection of this.#open) connection.restore();
    if (this.#server === undefined) this.#take(await listening(this.port));
  }

  /** Ends with all its connections. */
  async close(): Promise<void> {
    this.refuse();
    const closed = [...this.#open].map((connection) => connection.closed);
    this.cut('open');
    await Promise.all(closed);
  }

  #meet(which: Which, welcome: Welcome, harm: (connection: RelayedConnection) => void): void {
    if (which !== 'open') this.#welcome = welcome;
    if (which !== 'new') for (const connection of this.#open) harm(connection);
  }

  #take(server: Server): void {
    this.#server = server;
    server.on('connection', (client) => this.#accept(client));
  }

  #accept(client: Socket): void {
    if (this.#welcome === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream =
      this.#welcome === 'blackhole'
        ? undefined
        : connect({ host: '127.0.0.1', ...this.target, allowHalfOpen: true, noDelay: true });
    const connection = new RelayedConnection(client, upstream, this.#delays, this.#clock);
    if (this.#welcome === 'stall') connection.stall();
    this.#open.add(connection);
    void connection.closed.then(() => this.#open.delete(connection));
  }
}

async function listening(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
