import type { Logger } from 'pino';
import { GitHubRateLimitError } from '../../oss/github/errors.ts';
import { AppMisconfiguredError, TokenEndpointUnavailableError } from '../github/errors.ts';
import type { SharedCache } from '../redis/shared-cache.ts';

const MISCONFIGURED_PAUSE_MS = 60_000;
/** While one caller finds out whether all is well again, the others go on waiting for this long. */
const TRIAL_MS = 20_000;
/** Longer than any pause that GitHub means. */
const LONGEST_PAUSE_MS = 3_600_000;
/** Where processes tell each other of a rate limit: it is the App's, so it concerns them all. */
const SHARED_PAUSE = 'github-pause';

interface OpenState {
  readonly reason: Error;
  since: number;
  forMs: number;
  /** Whether somebody is finding out if all is well again. */
  isTried: boolean;
}

/**
 * Stops all refreshes and revocations of this process for a while when GitHub says that the fault is the App's and not
 * one user's. That is wrong credentials after a bad deploy, or a rate limit, which would soon hit sign-ins as well.
 */
export class GitHubCircuitBreaker {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #shared: SharedCache | undefined;
  #openState: OpenState | undefined;

  /**
   * @param now - milliseconds since the epoch; a clock that is set back closes the circuit for a trial.
   * @param shared - what other processes have heard from GitHub.
   */
  constructor(log: Logger, now: () => number, shared?: SharedCache) {
    this.#log = log;
    this.#now = now;
    this.#shared = shared;
  }

  /** @throws the error that opened the circuit, while it is open. After the pause, one caller goes through. */
  check(): void {
    const openState = this.#openState;
    if (openState === undefined) return;
    const age = this.#now() - openState.since;
    if (age >= 0 && age < openState.forMs) throw openState.reason;
    openState.since = this.#now();
    openState.forMs = TRIAL_MS;
    openState.isTried = true;
  }

  /**
   * Asks whether GitHub has told another process to leave it alone; if so, the circuit opens here as well. Wrong
   * credentials are not shared: those of the next version of the server may be right.
   *
   * @throws TokenEndpointUnavailableError
   */
  async checkElsewhere(): Promise<void> {
    const left = (await this.#shared?.timeLeft(SHARED_PAUSE)) ?? 0;
    if (left === 0) return;
    const error = new TokenEndpointUnavailableError('has told another process to wait', left);
    this.#open(error, Math.min(left, LONGEST_PAUSE_MS));
    throw error;
  }

  /** Takes note of a failure: it opens the circuit if it concerns the App. */
  failed(error: unknown): void {
    if (error instanceof AppMisconfiguredError) {
      this.#misconfigured(error);
    } else if (error instanceof TokenEndpointUnavailableError) {
      if (error.retryAfterMs !== undefined) this.#pause(error, error.retryAfterMs);
    } else if (error instanceof GitHubRateLimitError) {
      this.#pause(error, Number(error.headers['Retry-After']) * 1000);
    }
  }

  /** GitHub has answered as it should. While a pause lasts, that was an answer from before it. */
  succeeded(): void {
    if (this.#openState?.isTried === true) this.#openState = undefined;
  }

  /** GitHub refuses the App itself: one loud line per outage, for the operator. */
  #misconfigured(error: AppMisconfiguredError): void {
    if (!(this.#openState?.reason instanceof AppMisconfiguredError)) {
      this.#log.error(
        { reason: error.reason },
        'GitHub refuses this App: check GITHUB_APP_CLIENT_ID and GITHUB_APP_CLIENT_SECRET; all tokens are kept',
      );
    }
    this.#open(error, MISCONFIGURED_PAUSE_MS);
  }

  #pause(error: Error, forMs: number): void {
    this.#log.warn({ pause_ms: forMs }, 'GitHub limits the refreshing of tokens');
    const pause = Math.min(forMs, LONGEST_PAUSE_MS);
    this.#open(error, pause);
    void this.#shared?.put(SHARED_PAUSE, '', pause);
  }

  #open(reason: Error, forMs: number): void {
    this.#openState = { reason, since: this.#now(), forMs, isTried: false };
  }
}
