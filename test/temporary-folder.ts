/**
 * Keeps the temporary files of `npm test` in memory, where the machine has a file system for that: the stores sync each file
 * and each folder, and tests would wait for the disk. A TMPDIR that is set is left alone.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** A container often has no more than 64 MiB there. */
const NEEDED_BYTES = 512 * 1024 ** 2;

let folder: string | undefined;

/** Before mocha starts its workers, which have its environment. */
export function mochaGlobalSetup(): void {
  if (process.env.TMPDIR !== undefined || !hasRoom()) return;
  folder = mkdtempSync(join(IN_MEMORY, 'openhands-express-test-'));
  // For all, as every temporary folder: some tests run a process as another user.
  chmodSync(folder, 0o1777);
  linkWhatTsxHasCompiled(folder);
  process.env.TMPDIR = folder;
  // What is left in memory stays there until the machine starts again.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      mochaGlobalTeardown();
      process.kill(process.pid, signal);
    });
  }
}

export function mochaGlobalTeardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Has processes whose temporary folder this is find what tsx has compiled for others. */
function linkWhatTsxHasCompiled(folder: string): void {
  const cache = `tsx-${process.geteuid?.() ?? userInfo().username}`;
  mkdirSync(join(tmpdir(), cache), { recursive: true });
  symlinkSync(join(tmpdir(), cache), join(folder, cache), 'junction');
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
