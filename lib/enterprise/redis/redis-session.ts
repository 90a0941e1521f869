/**
 * One connection to Redis, from its first packet to its last. It is never mended: whatever fails ends it, and another one
 * takes its place. So a peer that has gone silent, was demoted, or moved behind its name is not asked for ever.
 */
import { performance } from 'node:perf_hooks';
import { createClient, ErrorReply } from 'redis';
import { within } from '../../time-limit.ts';
import { readAuthorities } from './redis-authorities.ts';
import type { RedisCommands } from './redis-commands.ts';
import { noEntry, RedisAwayError, RedisTimeoutError } from './redis-outage.ts';
import type { RedisAddress } from './redis-url.ts';

/** For name, network, TLS and login together. */
const OPEN_MS = 1_500;
/** Behind that: a connection that was given up while it opened. The driver's own timer knows nothing of a busy process. */
const ABANDONED_MS = 60_000;

/** What a connection can do, as {@link RedisCommands} has it. */
type Commands = Pick<RedisCommands, 'send' | 'now'>;

/** Certificates in PEM form; none for those that Node knows. */
type Authorities = string | string[] | undefined;

export interface RedisSessionOptions {
  readonly address: RedisAddress;
  /** Makes what sends the very commands that are in use, and rejects when one of them fails. */
  readonly newProbe: (commands: Commands) => () => Promise<void>;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

export class RedisSession implements Commands {
  readonly #client: ReturnType<typeof newClient>;
  readonly #timeoutMs: number;
  readonly #probe: () => Promise<void>;
  readonly #ending = new AbortController();
  #proving: Promise<void> | undefined;
  /** What Redis's clock shows when the one of {@link performance}, which nobody sets, shows 0. A guess until it is asked. */
  #clockOrigin = performance.timeOrigin;

  private constructor({ address, newProbe, timeoutMs }: RedisSessionOptions, authorities: Authorities) {
    this.#timeoutMs = timeoutMs;
    this.#client = newClient(address, authorities);
    this.#client.on('error', (error: unknown) => this.end(error));
    // One that was given up may get through to Redis all the same.
    this.#client.on('connect', () => {
      if (this.over.aborted) this.#client.destroy();
    });
    this.#probe = newProbe({ send: (...command) => this.send(...command), now: () => this.now() });
  }

  /**
   * Connects.
   *
   * @throws ConfigurationError when Redis is there and lets nobody in, or the certificates of authorities cannot be read.
   * @throws what else there was instead of a connection: an error of the network, of TLS, or an answer of Redis's.
   */
  static async open(options: RedisSessionOptions): Promise<RedisSession> {
    const { address, signal } = options;
    const authorities = await readAuthorities('host' in address.at ? address.at.authorities : undefined);
    signal.throwIfAborted();
    const session = new RedisSession(options, authorities);
    const end = () => session.end(signal.reason);
    signal.addEventListener('abort', end);
    session.over.addEventListener('abort', () => signal.removeEventListener('abort', end));
    const connected = new Promise<void>((resolve, reject) => {
      session.over.addEventListener('abort', () => reject(session.over.reason as Error));
      session.#client.connect().then(() => resolve(), reject);
    });
    try {
      await within(OPEN_MS, connected, () => new RedisTimeoutError(OPEN_MS));
    } catch (error) {
      session.end(error);
      throw noEntry(error) ?? error;
    }
    return session;
  }

  /** Aborted when it has ended; its reason is why. */
  get over(): AbortSignal {
    return this.#ending.signal;
  }

  /** No answer in time ends the connection. */
  async send(...command: string[]): Promise<unknown> {
    if (this.over.aborted) throw new RedisAwayError('The connection is over.', { cause: this.over.reason });
    try {
      const answer = this.#client.sendCommand(command);
      return await within(this.#timeoutMs, answer, () => new RedisTimeoutError(this.#timeoutMs));
    } catch (error) {
      if (error instanceof ErrorReply) throw error;
      this.end(error);
      throw error instanceof RedisAwayError ? error : new RedisAwayError('Redis is away.', { cause: error });
    }
  }

  /**
   * Finds out whether Redis does all that it is used for. Those who ask meanwhile get the same outcome.
   *
   * @throws what does not work; that ends the connection.
   */
  prove(): Promise<void> {
    return (this.#proving ??= this.#prove().finally(() => (this.#proving = undefined)));
  }

  now(): number {
    return this.#clockOrigin + performance.now();
  }

  /** @param reason - the first one counts. */
  end(reason: unknown): void {
    if (this.over.aborted) return;
    this.#ending.abort(reason);
    this.#client.destroy();
  }

  async #prove(): Promise<void> {
    try {
      await Promise.all([this.#readClock(), this.#probe()]);
    } catch (error) {
      this.end(error);
      throw this.over.reason;
    }
  }

  async #readClock(): Promise<void> {
    const [seconds, microseconds] = (await this.send('TIME')) as [string, string];
    // The answer is older than now by its way here.
    this.#clockOrigin = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - performance.now();
  }
}

function newClient({ at, username, password, database }: RedisAddress, ca: Authorities) {
  return createClient({
    name: 'openhands-express',
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: password.reveal() }),
    database,
    disableOfflineQueue: true,
    // A user needs no right to tell the version of the client.
    disableClientInfo: true,
    // Of Redis Enterprise, which tells where to move before it goes; we connect again anyway. To ask for them, the client
    // looks up the host in an address by itself, and trips over IPv6 and sockets.
    maintNotifications: 'disabled',
    socket: {
      ...('path' in at
        ? { path: at.path }
        : { host: at.host, port: at.port, ...(at.isEncrypted && { tls: true, ...(ca && { ca }) }) }),
      connectTimeout: ABANDONED_MS,
      reconnectStrategy: false,
    },
  });
}
