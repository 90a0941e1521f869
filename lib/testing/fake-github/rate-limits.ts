import type { FakeGitHubBehavior } from './behavior.ts';

interface Window {
  used: number;
  /** Seconds since the epoch. */
  readonly reset: number;
}

const HOUR = 3_600;

/**
 * The primary rate limit: so many requests an hour for each user.
 *
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class RateLimits {
  readonly #behavior: FakeGitHubBehavior;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(behavior: FakeGitHubBehavior, now: () => number) {
    this.#behavior = behavior;
    this.#now = now;
  }

  /** Counts one request of this user, and says in headers where that leaves them. */
  take(login: string): { readonly exceeded: boolean; readonly headers: Readonly<Record<string, string>> } {
    const now = this.#now() / 1000;
    let window = this.#windows.get(login);
    if (window === undefined || window.reset <= now) {
      window = { used: 0, reset: Math.ceil(now) + HOUR };
      this.#windows.set(login, window);
    }
    const limit = this.#behavior.rateLimit;
    const exceeded = window.used >= limit;
    if (!exceeded) window.used++;
    return {
      exceeded,
      headers: {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - window.used)),
        'x-ratelimit-used': String(window.used),
        'x-ratelimit-reset': String(window.reset),
        'x-ratelimit-resource': 'core',
      },
    };
  }
}
