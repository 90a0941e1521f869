/**
 * The connection to Redis, for what processes share and may lose. While Redis is away, every command is refused at once,
 * so that nobody waits for it: those who ask go on alone.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createClient, ErrorReply } from 'redis';
import { ConfigurationError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';

/** Several times what a round trip to a Redis nearby takes, and little enough to be waited for once. */
const TIME_OUT_MS = 250;
const PROBE_EVERY_MS = 500;
const LONGEST_RECONNECT_PAUSE_MS = 1_000;
/** How long the start waits for the first connection, before it goes on without. */
const FIRST_CONNECTION_MS = 1_000;
/** A Redis that answers, but refuses what it is asked (full, a replica, not permitted), is reported this often. */
const REFUSALS_EVERY_MS = 60_000;
/** What a Redis answers that will not let anybody in with this user, password and number of a database. */
const NO_ENTRY = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|DB index|invalid DB index|SELECT))\b/;
/** An answer that is part of how scripts are used. */
const NO_SCRIPT = /^NOSCRIPT\b/;

export interface RedisConnectionOptions {
  /** `REDIS_URL`, which `isRedisUrl` has found good. */
  readonly url: Secret;
  readonly log: Logger;
  /** How long a command may take before Redis counts as away, in milliseconds; 250 unless given. */
  readonly timeoutMs?: number;
}

/** Redis cannot be asked now. */
export class RedisAwayError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisAwayError';
  }
}

export class RedisConnection {
  readonly #client: ReturnType<typeof newClient>;
  readonly #log: Logger;
  readonly #timeoutMs: number;
  readonly #ending = new AbortController();
  #isAway = false;
  #refusedAt = -Infinity;
  #probing: Promise<void> | undefined;

  constructor({ url, log, timeoutMs = TIME_OUT_MS }: RedisConnectionOptions) {
    this.#log = log;
    this.#timeoutMs = timeoutMs;
    this.#client = newClient(url.reveal());
    this.#client.on('ready', () => this.#returned());
  }

  /**
   * Connects, again and again until it succeeds. Resolves when that is so, or after a second.
   *
   * @throws ConfigurationError at once when Redis answers that it lets nobody in with this address: it is there, so that
   * is no outage, and would stay as it is.
   */
  async open(): Promise<void> {
    try {
      await Promise.race([this.#enter(), delay(FIRST_CONNECTION_MS, undefined, { ref: false })]);
    } catch (error) {
      await this.close();
      throw error;
    }
    if (!this.#client.isReady) this.#went(new RedisAwayError('there is no connection yet'));
  }

  /**
   * Sends one command.
   *
   * @throws RedisAwayError at once while Redis is away, and when there is no answer in time.
   * @throws what Redis answers, when that is an error.
   */
  async send(...command: string[]): Promise<unknown> {
    if (this.#isAway || !this.#client.isReady) throw new RedisAwayError('Redis is away.');
    const answer = this.#client.sendCommand(command);
    // Nobody may be waiting any more when it fails.
    answer.catch(noValue);
    const ending = new AbortController();
    const timeUp = delay(this.#timeoutMs, undefined, { signal: ending.signal }).then(() => {
      throw new RedisAwayError(`Redis has not answered within ${this.#timeoutMs} ms.`);
    });
    try {
      return await Promise.race([answer, timeUp]);
    } catch (error) {
      if (error instanceof RedisAwayError) this.#went(error);
      else if (error instanceof ErrorReply && !NO_SCRIPT.test(error.message)) this.#refused(error);
      throw error;
    } finally {
      timeUp.catch(noValue);
      ending.abort();
    }
  }

  /** @throws RedisAwayError */
  async check(): Promise<void> {
    await this.send('PING');
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#client.destroy();
    await this.#probing;
  }

  #enter(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.on('error', (error: unknown) => {
        // Once the start is over this rejects nothing, and there was a line about the outage already.
        if (error instanceof ErrorReply && NO_ENTRY.test(error.message)) reject(noEntry(error));
        else this.#went(error);
      });
      this.#client.connect().then(() => resolve(), noValue);
    });
  }

  /** One line per outage. */
  #went(error: unknown): void {
    if (this.#isAway || this.#ending.signal.aborted) return;
    this.#isAway = true;
    this.#log.warn({ err: error }, 'Redis is away; this process goes on alone');
    this.#probing ??= this.#probe().finally(() => (this.#probing = undefined));
  }

  #refused(error: ErrorReply): void {
    const now = performance.now();
    if (now - this.#refusedAt < REFUSALS_EVERY_MS) return;
    this.#refusedAt = now;
    this.#log.warn({ err: error }, 'Redis refuses what it is asked; this process goes on alone');
  }

  #returned(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info('Redis is back');
  }

  /** A connection that stands but does not answer makes no event when it does again. */
  async #probe(): Promise<void> {
    while (this.#isAway && !this.#ending.signal.aborted) {
      const { signal } = this.#ending;
      await delay(PROBE_EVERY_MS, undefined, { signal, ref: false }).catch(noValue);
      if (!this.#client.isReady) continue;
      await this.#client.ping().then(() => this.#returned(), noValue);
    }
  }
}

function newClient(url: string) {
  return createClient({
    url,
    name: 'openhands-express',
    disableOfflineQueue: true,
    // Of Redis Enterprise, which tells where to move before it goes; we connect again anyway. To ask for them, the client
    // looks up the host in an address by itself, and trips over IPv6 and sockets.
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: 2_000,
      reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, LONGEST_RECONNECT_PAUSE_MS),
    },
  });
}

function noEntry(cause: ErrorReply): ConfigurationError {
  const answer = cause.message.replace(/\.$/, '');
  return new ConfigurationError(
    `REDIS_URL: Redis lets nobody in: ${answer}. Set the user, the password and the number of the database.`,
    { cause },
  );
}

function noValue(): void {
  // For promises whose outcome is seen elsewhere.
}
