/**
 * A lock that processes on one database share: a row per key, made of single statements and nothing else. There is no
 * advisory lock, no LISTEN, and no transaction held open. So it works behind PgBouncer in transaction mode, and on
 * databases that only speak PostgreSQL's protocol. It takes up no connection while it is held or waited for.
 *
 * - Taking it inserts the row; the primary key lets one of many succeed.
 * - Its holder moves the row's `beat` from time to time.
 * - Giving it back, or taking it over, names the very row that was seen (`instance`, `turn`, `beat`). One who comes late
 *   with that finds nothing to change.
 *
 * A holder is dead when its beat has not moved for a whole lease by *our own* monotonic clock, while the database
 * answered. So no clocks of two machines are compared, and after an outage of the database every holder has time to
 * show that it lives.
 *
 * A holder that lives is heard in time even if its connections have fallen silent: a beat begins every sixth of a lease,
 * whether or not the one before was answered, and each goes over a connection that is free, or new.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Heartbeat } from '../../oss/storage/heartbeat.ts';
import { LockSightings } from '../../oss/storage/lock-sightings.ts';
import type { LeaseTimes } from '../times.ts';
import { type Lease, newLease } from './lease.ts';
import { BEAT, GIVE_BACK, LOOK, TAKE, TAKE_OVER } from './lease-statements.ts';
import { LeftOverLocks } from './left-over-locks.ts';
import type { PostgresDatabase } from './postgres-database.ts';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/** A bigint is a string in `pg`. */
interface Row {
  readonly key: string;
  readonly instance: string;
  readonly turn: string;
  readonly beat: string;
}

export interface LeaseLockOptions {
  readonly database: PostgresDatabase;
  /** For heartbeats alone: they must not stand in a row behind everything else. */
  readonly heartbeats: PostgresDatabase;
  readonly times: LeaseTimes;
  readonly log: Logger;
}

export class LeaseLock {
  readonly #database: PostgresDatabase;
  readonly #heartbeats: PostgresDatabase;
  readonly #times: LeaseTimes;
  readonly #log: Logger;
  /** Names this process, and this store in it, in the rows. */
  readonly instance: string = randomUUID();
  readonly #held = new Map<number, Lease>();
  readonly #leftOver: LeftOverLocks;
  readonly #sightings: LockSightings;
  #turns = 0;
  #heartbeat: Heartbeat | undefined;

  constructor({ database, heartbeats, times, log }: LeaseLockOptions) {
    this.#database = database;
    this.#heartbeats = heartbeats;
    this.#times = times;
    this.#sightings = new LockSightings(times.leaseMs, times.beatEveryMs);
    this.#leftOver = new LeftOverLocks(heartbeats, this.instance, times.leaseMs);
    this.#log = log;
  }

  /**
   * Takes the lock. In this process, only one caller at a time may be here for a key.
   *
   * @param outer - the lease within which this is called.
   * @returns `undefined` when it was not free within `waitMs` milliseconds.
   * @throws StorageError
   */
  async acquire(key: string, waitMs: number, outer?: Lease): Promise<Lease | undefined> {
    const turn = (this.#turns += 1);
    try {
      return (await this.#take(key, turn, waitMs)) ? this.#hold(newLease({ key, turn, outer })) : undefined;
    } catch (error) {
      // It may have been taken, and only the answer be lost.
      this.#leave(key, turn);
      throw error;
    }
  }

  /** Gives the lock back; should that fail, as soon as it is possible. */
  async release(lease: Lease): Promise<void> {
    lease.isOver = true;
    const heardAt = Math.max(lease.since, this.#heartbeat?.heardAt ?? 0);
    try {
      const isOurs = await this.#succeeds(GIVE_BACK, lease.key, lease.turn);
      // After a short time, the row can be missing only because the answer to a first attempt was lost.
      if (!isOurs && performance.now() - heardAt > this.#times.leaseMs) this.#lost(lease);
    } catch (error) {
      this.#log.warn({ err: error, key: lease.key }, 'Could not release a lock');
      this.#leave(lease.key, lease.turn);
    } finally {
      this.#held.delete(lease.turn);
      this.#restWhenIdle();
    }
  }

  /** Ends the heartbeats. */
  close(): void {
    this.#heartbeat?.end();
  }

  /** @returns whether it was free, or its holder dead, within `waitMs` milliseconds. */
  async #take(key: string, turn: number, waitMs: number): Promise<boolean> {
    const deadline = performance.now() + waitMs;
    let isFree = true;
    let isLate = false;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      if (isFree && (await this.#succeeds(TAKE, key, turn))) return true;
      const { row, isDead } = await this.#look(key);
      if (row !== undefined && isDead) {
        const { instance, beat } = row;
        if (await this.#succeeds(TAKE_OVER, key, turn, instance, row.turn, beat)) {
          this.#log.warn({ key }, 'Took a lock over from a holder that died');
          return true;
        }
      }
      const left = deadline - performance.now();
      isFree = row === undefined || row.instance === this.instance;
      // A busy process may look for the first time when its time is up: what is free by then is worth one more try.
      if (left <= 0 && (!isFree || isLate)) return false;
      isLate = left <= 0;
      if (!isFree) await delay(Math.min(left, pause * (0.5 + Math.random())));
    }
  }

  #hold(lease: Lease): Lease {
    this.#sightings.forget(lease.key);
    this.#held.set(lease.turn, lease);
    this.#startBeating();
    return lease;
  }

  #leave(key: string, turn: number): void {
    this.#leftOver.add(key, turn);
    this.#startBeating();
  }

  #startBeating(): void {
    const { beatEveryMs: everyMs, leaseMs } = this.#times;
    this.#heartbeat ??= new Heartbeat({ everyMs, leaseMs, beat: () => this.#beat() });
  }

  #restWhenIdle(): void {
    if (this.#held.size + this.#leftOver.size > 0) return;
    this.#heartbeat?.end();
    this.#heartbeat = undefined;
  }

  async #beat(): Promise<void> {
    await this.#showLife();
    await this.#leftOver.giveBack();
    this.#restWhenIdle();
  }

  async #showLife(): Promise<void> {
    const leases = [...this.#held.values()].filter(({ isOver, isLost }) => !isOver && !isLost);
    if (leases.length === 0) return;
    const keys = leases.map(({ key }) => key);
    const turns = leases.map(({ turn }) => String(turn));
    const rows = await this.#heartbeats.query<Pick<Row, 'turn'>>(BEAT, [keys, this.instance, turns]);
    const alive = new Set(rows.map(({ turn }) => Number(turn)));
    for (const lease of leases) if (!lease.isOver && !alive.has(lease.turn)) this.#lost(lease);
  }

  /**
   * Takes note of a lock and of its neighbours, so that they need not be watched one after the other, a lease each, when
   * their holder died.
   */
  async #look(key: string): Promise<{ row: Row | undefined; isDead: boolean }> {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    const rows = await this.#database.query<Row>(LOOK, [key, folder]);
    const dead = rows.filter((row) =>
      this.#sightings.isDead(row.key, `${row.instance} ${row.turn} ${row.beat}`),
    );
    const isThis = (row: Row): boolean => row.key === key;
    return { row: rows.find(isThis), isDead: dead.some(isThis) };
  }

  async #succeeds(sql: string, key: string, turn: number, ...seen: string[]): Promise<boolean> {
    return (await this.#database.query(sql, [key, this.instance, turn, ...seen])).length > 0;
  }

  /** One line, whichever way it shows. */
  #lost(lease: Lease): void {
    if (lease.isLost) return;
    lease.isLost = true;
    const { cause, err } = this.#heartbeat?.silence() ?? { cause: 'unknown' };
    this.#log.error(
      { key: lease.key, ...(err !== undefined && { err }) },
      `A lock was taken over while it was held: ${cause}`,
    );
  }
}
