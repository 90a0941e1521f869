import { performance } from 'node:perf_hooks';

import type { Logger } from 'pino';

import { AppMisconfiguredError } from '../github/errors.ts';

const MISCONFIGURED_PAUSE_MS = 60_000;
/** While one caller finds out whether all is well again, the others go on waiting for this long. */
const TRIAL_MS = 20_000;

/**
 * Stops all refreshes of this process for a while when GitHub says that the fault is the App's and not one user's: wrong
 * credentials after a bad deploy, or a rate limit, which would soon hit sign-ins as well.
 */
export class RefreshCircuit {
  readonly #log: Logger;
  /** Time on a monotonic clock: a jump of the system's clock must not keep the circuit open. */
  readonly #monotonicNow: () => number;
  #open: { readonly reason: Error; until: number } | undefined;

  constructor(log: Logger, monotonicNow: () => number = () => performance.now()) {
    this.#log = log;
    this.#monotonicNow = monotonicNow;
  }

  /** @throws the error that opened the circuit, while it is open. After the pause, one caller goes through. */
  check(): void {
    if (this.#open === undefined) return;
    if (this.#monotonicNow() < this.#open.until) throw this.#open.reason;
    this.#open.until = this.#monotonicNow() + TRIAL_MS;
  }

  /** GitHub refuses the App itself: one loud line per outage, for the operator. */
  misconfigured(error: AppMisconfiguredError): void {
    if (!(this.#open?.reason instanceof AppMisconfiguredError)) {
      this.#log.error(
        { reason: error.reason },
        'GitHub refuses this App: check GITHUB_APP_CLIENT_ID and GITHUB_APP_CLIENT_SECRET. All tokens are kept.',
      );
    }
    this.#open = { reason: error, until: this.#monotonicNow() + MISCONFIGURED_PAUSE_MS };
  }

  /** GitHub asks to be left alone. */
  pause(error: Error, forMs: number): void {
    this.#log.warn({ pause_ms: forMs }, 'GitHub limits the refreshing of tokens.');
    this.#open = { reason: error, until: this.#monotonicNow() + forMs };
  }

  /** GitHub has answered as it should. */
  succeeded(): void {
    this.#open = undefined;
  }
}
