import type { Request, Response } from 'express';
import { isError } from '../../oss/is-error.ts';
import { LimitersOnDemand, type RateLimitOptions } from '../../oss/middleware/limiters-on-demand.ts';

/**
 * Counts by address what comes to nothing, and refuses an address with too much of that. What succeeds is not counted:
 * GitHub sends all its events from a few addresses, and none of them may be lost.
 */
export class FailedAttempts {
  readonly #limiters: LimitersOnDemand;

  constructor(options: Omit<RateLimitOptions, 'keyOf' | 'defers'>) {
    this.#limiters = new LimitersOnDemand({
      ...options,
      keyOf: (req, addressOf) => `webhook:${addressOf(req)}`,
    });
  }

  /** @throws HttpError 429 for an address that has failed too often. */
  async check(req: Request): Promise<void> {
    for (const { usedUp } of await this.#limiters.load()) {
      const error = await usedUp(req);
      if (error !== undefined) throw error;
    }
  }

  /** @throws HttpError 429 when this was one too many. */
  count(req: Request, res: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#limiters.count(req, res, (error?: unknown) => {
        if (isError(error)) reject(error);
        else resolve();
      });
    });
  }
}
