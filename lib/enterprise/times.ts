/**
 * The times that hang together, in one place. Each lies within the next one, so that whoever lives can show it in time:
 *
 *     a heartbeat, several times over < the lease < waiting for a lock < waiting for a refresh
 */
import { ConfigurationError } from '../oss/errors.ts';

/** How long a statement may take, with waiting for a free connection and opening one. */
export const STATEMENT_MS = 5_000;
/** For how long a lock is waited for where nobody says otherwise. */
export const LOCK_WAIT_MS = 10_000;
const LEASE_MS = 6_000;
/** Opening a connection takes several round trips, which a heartbeat has time for once this is the lease. */
const SHORTEST_LEASE_MS = 1_500;
/** How many heartbeats begin after the last that came through, and end well within the lease. */
const ATTEMPTS = 3;
/** How much of a lease they may take up: a busy process begins them late. */
const FULL = 0.95;
const LONGEST_GIVING_UP_MS = 500;

/** When a lease is shown to be held, and when it counts as lost; in milliseconds. */
export interface LeaseTimes {
  /** After how long without a heartbeat a holder counts as dead. */
  readonly leaseMs: number;
  /** How often a heartbeat begins, whatever became of the one before. */
  readonly beatEveryMs: number;
  /** How long one may take. */
  readonly beatMs: number;
  /** How long it may take to open the connection that they need; the next one may be who uses it. */
  readonly connectMs: number;
  /** For how long a lock is waited for. */
  readonly lockWaitMs: number;
}

/**
 * The times of a lock with a lease of so many milliseconds; 6,000 unless given.
 *
 * @throws ConfigurationError when they do not nest.
 */
export function leaseTimes(leaseMs = LEASE_MS): LeaseTimes {
  const times = {
    leaseMs,
    beatEveryMs: leaseMs / 6,
    beatMs: leaseMs / 3,
    connectMs: 0.4 * leaseMs,
    lockWaitMs: LOCK_WAIT_MS,
  };
  assertNested(times);
  return times;
}

/**
 * @throws ConfigurationError one line that says which time has to be another, when one who lives could be taken for dead,
 *   or one who waits gives up before somebody dead is.
 */
export function assertNested({ leaseMs, beatEveryMs, beatMs, connectMs, lockWaitMs }: LeaseTimes): void {
  const refuse = (what: string): never => {
    throw new ConfigurationError(`The times of locks do not fit into each other: ${what}.`);
  };
  if (!(leaseMs >= SHORTEST_LEASE_MS))
    refuse(
      `a lease of ${leaseMs} ms is too short to open a connection in; the shortest is ${SHORTEST_LEASE_MS}`,
    );
  const attemptsMs = ATTEMPTS * beatEveryMs + beatMs;
  // The first one was sent into a silent connection; the answer on a new one comes within the time to the next.
  const onNewConnectionMs = 2 * beatEveryMs + connectMs + beatEveryMs;
  const isOften = beatEveryMs > 0 && beatMs >= beatEveryMs && connectMs >= beatMs;
  if (!(isOften && Math.max(attemptsMs, onNewConnectionMs) <= FULL * leaseMs))
    refuse(
      `${ATTEMPTS} heartbeats, one every ${beatEveryMs} ms, each within ${beatMs} ms and on a connection that opens ` +
        `within ${connectMs} ms, do not fit into a lease of ${leaseMs} ms`,
    );
  if (!(leaseMs + beatEveryMs + beatMs <= lockWaitMs))
    refuse(`a lease of ${leaseMs} ms is too long for one who waits ${lockWaitMs} ms for a lock`);
}

/**
 * How long it may take to have a statement cancelled that was given up on, and as long again until its connection says
 * so; in milliseconds.
 *
 * @param statementMs - how long the statement may have taken.
 */
export function givingUpMs(statementMs: number): number {
  return Math.min(LONGEST_GIVING_UP_MS, statementMs / 4);
}

/**
 * How long a refresh of tokens may take at most: both halves of GitHub's answer, a statement on a connection that has
 * fallen silent, and the same on a new one. So long others wait for it, and for the last word of a holder who was taken
 * over.
 *
 * @param githubTimeoutMs - of the GitHubOAuthClient, in milliseconds.
 */
export function longestRefreshMs(githubTimeoutMs: number): number {
  return 2 * githubTimeoutMs + 2 * STATEMENT_MS;
}
