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
 * has not moved for a whole lease by *our own* monotonic clock: clocks of two machines are never compared.
 */
import { mkdir, open, readdir, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { takeFolderOwner } from './file-owner.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { absent, errorCode } from './storage-error.ts';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** Far more than there are locks to wait for; those that nobody came back for must not pile up. */
const MOST_SIGHTINGS = 10_000;
/** What a rename over a folder that is not empty fails with: rename(2); Windows has its own. */
const TAKEN = new Set(process.platform === 'win32' ? ['EPERM', 'EACCES'] : ['ENOTEMPTY', 'EEXIST']);

export interface FileLockOptions {
  /** The folder of all locks, and one on the same file system for what is being prepared. Both exist. */
  readonly locks: string;
  readonly temporary: string;
  readonly identity: ProcessIdentity;
  /** After how long without a heartbeat a holder of another machine counts as dead, in milliseconds. */
  readonly leaseMs: number;
  readonly log: Logger;
}

/** Ends the holding of a lock. */
export type Release = () => Promise<void>;

export class FileLock {
  readonly #options: FileLockOptions;
  /** Per lock folder, the heartbeat last seen and when we saw it first. */
  readonly #heartbeats = new Map<string, { readonly beat: string; readonly since: number }>();

  constructor(options: FileLockOptions) {
    this.#options = options;
  }

  /** @returns How to release the lock, or `undefined` when it was not free within `waitMs` milliseconds. */
  async acquire(key: string, waitMs: number): Promise<Release | undefined> {
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
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
        if (await take(candidate, folder)) return this.#hold(key, folder, holder);
        const freed = await this.#removeDeadHolder(key, folder);
        const left = deadline - performance.now();
        if (left <= 0) break;
        if (!freed) await delay(Math.min(left, pause * (0.5 + Math.random())));
      }
    } catch (error) {
      await rm(candidate, { recursive: true, force: true });
      throw error;
    }
    await rm(candidate, { recursive: true, force: true });
    return undefined;
  }

  #hold(key: string, folder: string, holder: string): Release {
    this.#heartbeats.delete(folder);
    const { leaseMs, log } = this.#options;
    const file = join(folder, holder);
    const heartbeat = setInterval(() => {
      const now = new Date();
      utimes(file, now, now).catch((error: unknown) =>
        log.warn({ err: error, key }, 'Lock heartbeat failed'),
      );
    }, leaseMs / 4);
    heartbeat.unref();
    return async () => {
      clearInterval(heartbeat);
      try {
        await unlink(file);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
        log.error(
          { key },
          'The lock was taken over while it was held: this process stood still for too long',
        );
        return;
      }
      await removeIfEmpty(folder);
    };
  }

  /** @returns Whether it is worth trying to take the lock again at once. */
  async #removeDeadHolder(key: string, folder: string): Promise<boolean> {
    const holder = await holderOf(folder);
    if (holder === undefined) {
      // Only where rename does not replace an empty folder (Windows) does this matter; elsewhere it is harmless.
      await removeIfEmpty(folder);
      return true;
    }
    if (!this.#options.identity.isDead(holder) && !(await this.#leaseIsOver(folder, holder))) return false;
    try {
      await unlink(join(folder, holder));
      this.#options.log.warn({ key }, 'Took a lock over from a holder that died');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    return true;
  }

  async #leaseIsOver(folder: string, holder: string): Promise<boolean> {
    const mtime = await stat(join(folder, holder)).then((file) => file.mtimeMs, absent);
    const beat = `${holder} ${String(mtime)}`;
    const seen = this.#heartbeats.get(folder);
    if (seen?.beat === beat) return performance.now() - seen.since > this.#options.leaseMs;
    if (this.#heartbeats.size >= MOST_SIGHTINGS) this.#heartbeats.clear();
    this.#heartbeats.set(folder, { beat, since: performance.now() });
    return false;
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
