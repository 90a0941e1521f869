import { performance } from 'node:perf_hooks';

/** A lock that this process holds, for as long as nobody takes it over. */
export interface Lease {
  readonly key: string;
  /** Counts the leases of this process, so that each differs from those before and after it. */
  readonly turn: number;
  /** When it was taken, in milliseconds on the monotonic clock. */
  readonly since: number;
  /** Whether its holder has given it back; then it guards nothing any more. */
  isOver: boolean;
  /** Whether somebody else has taken it. It goes on guarding: what is written under it is refused. */
  isLost: boolean;
  /** The lease within which this one was taken. */
  readonly outer: Lease | undefined;
}

export function newLease(given: Pick<Lease, 'key' | 'turn' | 'outer'>): Lease {
  return { ...given, since: performance.now(), isOver: false, isLost: false };
}

/** The innermost of the leases around a piece of code that is not over. What was started within one may outlive it. */
export function effective(lease: Lease | undefined): Lease | undefined {
  let innermost = lease;
  while (innermost?.isOver === true) innermost = innermost.outer;
  return innermost;
}
