/**
 * A lock that processes on one file system share, made of renames and nothing else.
 *
 * The lock on a key is a folder that holds one empty file, named after its holder. Every step is one atomic system
 * call that either does the right thing or nothing, whatever the others do meanwhile:
 *
 * - Taking it renames a prepared folder, the holder's file already in it, to the lock's name. A rename over a folder
 *   that is not empty fails, so of many one succeeds.
 * - Giving it back, or taking it from a dead holder, removes that holder's file *by its unique name*. One who
 *   comes late with that finds nothing to remove, and can never remove a newer holder's.
 * - An empty lock folder is nobody's: the next rename replaces it.
 *
 * A holder is dead when its process is (see ProcessIdentity). Where that cannot be known, it is dead when its heartbeat
 * has not moved for a whole lease by *our own* monotonic clock, while the file system answered: clocks of two machines
 * are never compared.
 */
import { mkdir, open, readdir, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { takeFolderOwner } from './file-owner.ts';
import { Heartbeat } from './heartbeat.ts';
import { LockSightings } from './lock-sightings.ts';
import { patiently } from './patiently.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { absent, errorCode } from './storage-error.ts';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** How many heartbeats there are in a lease. */
const BEATS = 6;
/** What a rename over a folder that is not empty, or removing it, fails with: rename(2), rmdir(2). */
const NOT_EMPTY = ['ENOTEMPTY', 'EEXIST'];
/** Windows has other errors for a rename, and for a folder in which somebody has a file open. */
const TAKEN = new Set(process.platform === 'win32' ? [...NOT_EMPTY, 'EPERM', 'EACCES', 'EBUSY'] : NOT_EMPTY);

export interface FileLockOptions {
  /** The folder of all locks, and one on the same file system for what is being prepared. Both exist. */
  readonly locks: string;
  readonly temporary: string;
  readonly identity: ProcessIdentity;
  /** After how long without a heartbeat a holder of another machine counts as dead, in milliseconds. */
  readonly leaseMs: number;
  readonly log: Logger;
}

/** A lock that this process holds. */
export interface HeldFileLock {
  release(): Promise<void>;
}

export class FileLock {
  readonly #options: FileLockOptions;
  readonly #sightings: LockSightings;

  constructor(options: FileLockOptions) {
    this.#options = options;
    this.#sightings = new LockSightings(options.leaseMs, options.leaseMs / BEATS);
  }

  /** @returns `undefined` when the lock was not free within `waitMs` milliseconds. */
  async acquire(key: string, waitMs: number): Promise<HeldFileLock | undefined> {
    const folder = join(this.#options.locks, key.replaceAll('/', '~'));
    const holder = this.#options.identity.newName();
    const candidate = join(this.#options.temporary, holder);
    const deadline = performance.now() + waitMs;
    await mkdir(candidate, { mode: 0o700 });
    try {
      const file = join(candidate, holder);
      await (await open(file, 'wx', 0o600)).close();
      // Others who wait have to see who holds it.
      await takeFolderOwner(candidate);
      await takeFolderOwner(file);
      let isLate = false;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
        if (await take(candidate, folder)) return this.#hold(key, folder, holder);
        const isTaken = await this.#isTaken(key, folder);
        const left = deadline - performance.now();
        // A busy process may look for the first time when its time is up: what is free by then is worth one more try.
        if (left <= 0 && (isTaken || isLate)) break;
        isLate = left <= 0;
        if (isTaken) await delay(Math.min(left, pause * (0.5 + Math.random())));
      }
    } catch (error) {
      await rm(candidate, { recursive: true, force: true });
      throw error;
    }
    await rm(candidate, { recursive: true, force: true });
    return undefined;
  }

  #hold(key: string, folder: string, holder: string): HeldFileLock {
    this.#sightings.forget(folder);
    const { leaseMs, log } = this.#options;
    const file = join(folder, holder);
    const heartbeat = new Heartbeat({
      everyMs: leaseMs / BEATS,
      leaseMs,
      beat: async () => {
        const now = new Date();
        await utimes(file, now, now);
      },
    });
    return {
      release: async () => {
        heartbeat.end();
        try {
          await patiently(() => unlink(file));
        } catch (error) {
          if (errorCode(error) !== 'ENOENT') throw error;
          const { cause, err } = heartbeat.silence();
          log.error(
            { key, ...(err !== undefined && { err }) },
            `A lock was taken over while it was held: ${cause}`,
          );
          return;
        }
        await removeIfEmpty(folder);
      },
    };
  }

  /** Removes a holder that is dead. @returns whether there is one that lives; if not, it is worth trying at once. */
  async #isTaken(key: string, folder: string): Promise<boolean> {
    const holder = await holderOf(folder);
    if (holder === undefined) {
      // Only where rename does not replace an empty folder (Windows) does this matter; elsewhere it is harmless.
      await removeIfEmpty(folder);
      return false;
    }
    if (!this.#options.identity.isDead(holder) && !(await this.#leaseIsOver(folder, holder))) return true;
    try {
      await patiently(() => unlink(join(folder, holder)));
      this.#options.log.warn({ key }, 'Took a lock over from a holder that died');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    return false;
  }

  async #leaseIsOver(folder: string, holder: string): Promise<boolean> {
    const mtime = await stat(join(folder, holder)).then((file) => file.mtimeMs, absent);
    return this.#sightings.isDead(folder, `${holder} ${String(mtime)}`);
  }
}

async function take(candidate: string, folder: string): Promise<boolean> {
  try {
    await rename(candidate, folder);
    return true;
  } catch (error) {
    if (!TAKEN.has(errorCode(error) ?? '')) throw error;
    return false;
  }
}

async function holderOf(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(absent);
  return names?.[0];
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code !== 'ENOENT' && !TAKEN.has(code)) throw error;
  }
}
