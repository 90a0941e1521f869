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
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Lease, newLease } from './lease.ts';
import type { PostgresDatabase } from './postgres-database.ts';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** Far more than there are locks to wait for; those that nobody came back for must not pile up. */
const MOST_SIGHTINGS = 10_000;

/** A row with our own instance is left over from a statement whose answer was lost: callers here come one at a time. */
const TAKE = `
  INSERT INTO openhands_locks (key, instance, turn, beat) VALUES ($1, $2, $3, 0)
  ON CONFLICT (key) DO UPDATE SET turn = excluded.turn, beat = 0
  WHERE openhands_locks.instance = excluded.instance AND openhands_locks.turn <= excluded.turn
  RETURNING key`;
const LOOK = 'SELECT instance, turn, beat FROM openhands_locks WHERE key = $1';
const TAKE_OVER = `
  UPDATE openhands_locks SET instance = $2, turn = $3, beat = 0
  WHERE key = $1 AND instance = $4 AND turn = $5 AND beat = $6
  RETURNING key`;
const BEAT = `
  UPDATE openhands_locks SET beat = beat + 1 WHERE key = ANY($1) AND instance = $2 AND turn = ANY($3) RETURNING turn`;
const GIVE_BACK = 'DELETE FROM openhands_locks WHERE key = $1 AND instance = $2 AND turn = $3 RETURNING key';

/** A bigint is a string in `pg`. */
interface Row {
  readonly instance: string;
  readonly turn: string;
  readonly beat: string;
}

/** A row that has not changed since. */
interface Sighting {
  readonly row: string;
  readonly since: number;
  last: number;
}

export interface LeaseLockOptions {
  readonly database: PostgresDatabase;
  /** For heartbeats alone: they must not stand in a row behind everything else. */
  readonly heartbeats: PostgresDatabase;
  /** After how long without a heartbeat a holder counts as dead, in milliseconds. */
  readonly leaseMs: number;
  readonly log: Logger;
}

export class LeaseLock {
  readonly #database: PostgresDatabase;
  readonly #heartbeats: PostgresDatabase;
  readonly #leaseMs: number;
  readonly #log: Logger;
  /** Names this process, and this store in it, in the rows. */
  readonly instance: string = randomUUID();
  readonly #held = new Map<number, Lease>();
  /** What was seen of locks that others hold, by key. */
  readonly #seen = new Map<string, Sighting>();
  #turns = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ database, heartbeats, leaseMs, log }: LeaseLockOptions) {
    this.#database = database;
    this.#heartbeats = heartbeats;
    this.#leaseMs = leaseMs;
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
    const deadline = performance.now() + waitMs;
    const lease = newLease(key, (this.#turns += 1), outer);
    let isFree = true;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      if (isFree && (await this.#succeeds(TAKE, key, lease.turn))) return this.#hold(lease);
      const row = (await this.#database.query<Row>(LOOK, [key]))[0];
      if (row !== undefined && this.#isDead(key, row)) {
        const { instance, turn, beat } = row;
        if (await this.#succeeds(TAKE_OVER, key, lease.turn, instance, turn, beat)) {
          this.#log.warn({ key }, 'Took a lock over from a holder that died');
          return this.#hold(lease);
        }
      }
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      isFree = row === undefined || row.instance === this.instance;
      if (!isFree) await delay(Math.min(left, pause * (0.5 + Math.random())));
    }
  }

  /** Gives the lock back. Should that fail, it is taken over after a lease, or retaken here at once. */
  async release(lease: Lease): Promise<void> {
    lease.isOver = true;
    this.#held.delete(lease.turn);
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    try {
      const isOurs = await this.#succeeds(GIVE_BACK, lease.key, lease.turn);
      // After a short time, the row can be missing only because the answer to a first attempt was lost.
      if (!isOurs && performance.now() - lease.since > this.#leaseMs) this.#lost(lease.key);
    } catch (error) {
      this.#log.warn({ err: error, key: lease.key }, 'Could not release a lock');
    }
  }

  #hold(lease: Lease): Lease {
    this.#seen.delete(lease.key);
    this.#held.set(lease.turn, lease);
    this.#timer ??= setInterval(() => void this.#beat(), this.#leaseMs / 4).unref();
    return lease;
  }

  async #beat(): Promise<void> {
    const leases = [...this.#held.values()];
    const keys = leases.map(({ key }) => key);
    const turns = leases.map(({ turn }) => String(turn));
    try {
      const rows = await this.#heartbeats.query<Pick<Row, 'turn'>>(BEAT, [keys, this.instance, turns]);
      const alive = new Set(rows.map(({ turn }) => Number(turn)));
      for (const { key, turn, isOver } of leases) {
        if (isOver || alive.has(turn)) continue;
        this.#held.delete(turn);
        this.#lost(key);
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'Lock heartbeat failed');
    }
  }

  #isDead(key: string, { instance, turn, beat }: Row): boolean {
    const row = `${instance} ${turn} ${beat}`;
    const now = performance.now();
    const seen = this.#seen.get(key);
    // After a long time without a look nobody knows whether the database was there for the holder.
    if (seen?.row === row && now - seen.last < this.#leaseMs / 2) {
      seen.last = now;
      return now - seen.since > this.#leaseMs;
    }
    if (this.#seen.size >= MOST_SIGHTINGS) this.#seen.clear();
    this.#seen.set(key, { row, since: now, last: now });
    return false;
  }

  async #succeeds(sql: string, key: string, turn: number, ...seen: string[]): Promise<boolean> {
    return (await this.#database.query(sql, [key, this.instance, turn, ...seen])).length > 0;
  }

  #lost(key: string): void {
    this.#log.error(
      { key },
      'A lock was taken over while it was held: this process stood still for too long',
    );
  }
}
