import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './storage-error.ts';

/**
 * Who made a lock or a temporary file, written so that any process that finds it can tell whether its maker is
 * dead. It is the place (machine, boot and PID namespace), the PID, and when that PID was started, because the system
 * gives PIDs out again.
 */
export class ProcessIdentity {
  readonly #place = placeOfThisProcess();
  readonly #started = processStart(process.pid) ?? '0';
  readonly #instance = randomUUID().slice(0, 8);
  #made = 0;

  /** A name that nobody else gives: `<place>.<pid>.<start>.<instance>-<n>`. */
  newName(): string {
    this.#made += 1;
    return `${this.#place}.${process.pid}.${this.#started}.${this.#instance}-${this.#made}`;
  }

  /**
   * Whether the process that made `name` is certainly dead. On another machine, in another container, or where
   * the name says nothing, that cannot be known, and the answer is `false`.
   */
  isDead(name: string): boolean {
    const [place, pid, started] = name.split('.');
    if (place !== this.#place || pid === undefined || !/^\d+$/.test(pid)) return false;
    if (!isRunning(Number(pid))) return true;
    const startedNow = processStart(Number(pid));
    return startedNow !== undefined && startedNow !== started;
  }
}

function placeOfThisProcess(): string {
  const facts = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 12);
}

/**
 * The start time of a process in clock ticks since boot, or `undefined` where there is no `/proc`. A zombie (killed,
 * its parent has not noticed yet) answers `dead`, which equals no start time.
 */
function processStart(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the command in parentheses, which may itself hold spaces and parentheses: proc(5).
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? 'dead' : fields?.[19];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return errorCode(error) !== 'ESRCH';
  }
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
