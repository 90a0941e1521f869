import type { SignedValueLifetime } from './signed-values.ts';

/** What a cookie says of the age of its session. */
export interface SessionAge extends SignedValueLifetime {
  /** When the user signed in: milliseconds since 1970. */
  readonly began_at: number;
}

export interface SessionLifetimeOptions {
  /** `SESSION_TTL`: how long a session goes on that is not used, in milliseconds. */
  readonly ttlMs: number;
  /** `SESSION_MAX`: how long one goes on that is used, in milliseconds; for ever unless given. */
  readonly maxMs?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * How long sessions go on by their age alone. One that is used is renewed when half of its time is over: so a browser gets
 * one new cookie in that time, and not one with each answer.
 */
export class SessionLifetime {
  readonly #ttlMs: number;
  readonly #maxMs: number;
  readonly #now: () => number;

  constructor({ ttlMs, maxMs = Infinity, now }: SessionLifetimeOptions) {
    this.#ttlMs = ttlMs;
    this.#maxMs = maxMs;
    this.#now = now;
  }

  /** For how long a cookie is good that is issued now, in milliseconds. */
  remainingMs(beganAt = this.#now()): number {
    return Math.min(this.#ttlMs, beganAt + this.#maxMs - this.#now());
  }

  /** Whether a session has come to `SESSION_MAX`, which may have been longer when its cookie was issued. */
  isOver({ began_at }: Pick<SessionAge, 'began_at'>): boolean {
    return this.remainingMs(began_at) <= 0;
  }

  /**
   * Whether half of the time is over, by `SESSION_TTL` as it is or as it was when the cookie was issued, whichever is
   * shorter; and a new cookie would be good for longer.
   */
  isRenewalDue({ began_at, issued_at, ends_at }: SessionAge): boolean {
    const now = this.#now();
    const isHalfOver = now - issued_at >= Math.min(this.#ttlMs, ends_at - issued_at) / 2;
    return isHalfOver && now + this.remainingMs(began_at) > ends_at;
  }
}
