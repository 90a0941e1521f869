/**
 * Redis, for what processes share and may lose. While it does not do all it is used for, in time, every command is refused
 * at once, so that nobody waits for it: those who ask go on alone.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ErrorReply } from 'redis';
import { ConfigurationError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import { Comeback } from './comeback.ts';
import { provenSession } from './proven-session.ts';
import type { RedisCommands } from './redis-commands.ts';
import { describeOutage, isRefusal, RedisAwayError, refusalOf } from './redis-outage.ts';
import { newRedisProbe } from './redis-probe.ts';
import type { RedisSession } from './redis-session.ts';
import { type RedisAddress, redisAddress } from './redis-url.ts';
import { rest } from './rest.ts';

/** Several times what a round trip to a Redis nearby takes, and little enough to be waited for once. */
const TIME_OUT_MS = 250;
/** So often a connection is tried that nobody asks anything: what has happened to it is known before somebody waits. */
const HEARTBEAT_MS = 2_000;
/** How long the start waits for the first connection, before it goes on without. */
const FIRST_CONNECTION_MS = 1_000;
/** A Redis that does all it is used for, but has refused something, is reported this often. */
const REFUSALS_EVERY_MS = 60_000;

export interface RedisConnectionOptions {
  /** `REDIS_URL`, which `parseRedisUrl` has found good. */
  readonly url: Secret;
  /** What every key begins with. */
  readonly prefix: string;
  readonly log: Logger;
  /** How long a command may take before Redis is left alone, in milliseconds; 250 unless given. */
  readonly timeoutMs?: number;
}

export class RedisConnection implements RedisCommands {
  readonly prefix: string;
  readonly #address: RedisAddress;
  readonly #log: Logger;
  readonly #timeoutMs: number;
  readonly #ending = new AbortController();
  readonly #comeback = new Comeback();
  #session: RedisSession | undefined;
  #keeping: Promise<void> | undefined;
  /** What the log has said of this outage; undefined while there is none. */
  #said: Set<string> | undefined;
  #refusedAt = -Infinity;

  constructor({ url, prefix, log, timeoutMs = TIME_OUT_MS }: RedisConnectionOptions) {
    this.prefix = prefix;
    this.#address = redisAddress(url);
    this.#log = log;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Connects, again and again until it succeeds. Resolves when that is so, or it is known that it is not, or after a second.
   *
   * @throws ConfigurationError at once when Redis answers that it lets nobody in with this address: it is there, so that
   * is no outage, and would stay as it is. Likewise when the file of `sslrootcert` cannot be used.
   */
  async open(): Promise<void> {
    let isStarting = true;
    const first = this.#connect().catch((error: unknown) => {
      if (isStarting && error instanceof ConfigurationError) this.#ending.abort(error);
      throw error;
    });
    this.#keeping = this.#keepUsing(first);
    const settled = first.then(noValue, noValue);
    await Promise.race([settled, delay(FIRST_CONNECTION_MS, undefined, { ref: false })]);
    isStarting = false;
    this.#ending.signal.throwIfAborted();
    if (this.#session === undefined && this.#said === undefined) {
      this.#report(new RedisAwayError('There is no connection yet.'));
    }
  }

  async send(...command: string[]): Promise<unknown> {
    const session = this.#used();
    try {
      return await session.send(...command);
    } catch (error) {
      if (isRefusal(error)) void this.#doubt(session, error);
      throw error;
    }
  }

  now(): number {
    return this.#used().now();
  }

  /**
   * Whether Redis does all that it is used for now.
   *
   * @throws RedisAwayError and what Redis answers.
   */
  async check(): Promise<void> {
    await this.#used().prove();
  }

  async close(): Promise<void> {
    this.#ending.abort(new RedisAwayError('This process ends.'));
    await this.#keeping;
  }

  #used(): RedisSession {
    if (this.#session === undefined || this.#session.over.aborted) throw new RedisAwayError('Redis is away.');
    return this.#session;
  }

  async #keepUsing(first: Promise<RedisSession>): Promise<void> {
    const { signal } = this.#ending;
    for (let attempt = first; ; attempt = this.#connect()) {
      try {
        await this.#use(await attempt);
      } catch (error) {
        if (signal.aborted) return;
        this.#comeback.failed();
        this.#report(error);
      }
      await rest(this.#comeback.pause(), signal);
      if (signal.aborted) return;
    }
  }

  /** @throws why it is over. */
  async #use(session: RedisSession): Promise<never> {
    this.#session = session;
    this.#comeback.succeeded();
    if (this.#said !== undefined) this.#log.info('Redis is back');
    this.#said = undefined;
    for (;;) {
      await rest(HEARTBEAT_MS, session.over);
      await session.prove();
    }
  }

  #connect(): Promise<RedisSession> {
    return provenSession(this.#address, this.#comeback.proofs, {
      newProbe: (commands) => newRedisProbe({ prefix: this.prefix, ...commands }),
      timeoutMs: this.#timeoutMs,
      signal: this.#ending.signal,
    });
  }

  /** Each reason is one line in an outage. */
  #report(error: unknown): void {
    const { message, ...why } = describeOutage(error);
    const reason = `${message} ${why.reason ?? ''}`;
    this.#said ??= new Set();
    if (this.#said.has(reason)) return;
    this.#said.add(reason);
    this.#log.warn({ err: error, ...why }, message);
  }

  /** What it refuses, it may refuse altogether. If not, that is worth a line all the same. */
  async #doubt(session: RedisSession, refusal: ErrorReply): Promise<void> {
    try {
      await session.prove();
    } catch {
      return;
    }
    const now = performance.now();
    if (now - this.#refusedAt < REFUSALS_EVERY_MS) return;
    this.#refusedAt = now;
    this.#log.warn({ err: refusal, ...refusalOf(refusal) }, 'Redis has refused a command');
  }
}

function noValue(): void {
  // For a promise whose outcome is seen elsewhere.
}
