import type { Request, Response } from 'express';
import { clientAddress } from '../../oss/client-address.ts';
import { isError } from '../../oss/is-error.ts';
import { limitersFor, type RateLimitOptions, runLimiters } from '../../oss/middleware/rate-limit.ts';

/**
 * Counts by address what comes to nothing, and refuses an address with too much of that. What succeeds is not counted:
 * GitHub sends all its events from a few addresses, and none of them may be lost.
 */
export class FailedAttempts {
  readonly #limiters: ReturnType<typeof limitersFor>;

  constructor(options: Omit<RateLimitOptions, 'keyOf' | 'defers'>) {
    this.#limiters = limitersFor({ ...options, keyOf: (req) => `webhook:${clientAddress(req)}` });
  }

  /** @throws HttpError 429 for an address that has failed too often. */
  async check(req: Request): Promise<void> {
    for (const { usedUp } of this.#limiters) {
      const error = await usedUp(req);
      if (error !== undefined) throw error;
    }
  }

  /** @throws HttpError 429 when this was one too many. */
  count(req: Request, res: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      runLimiters(this.#limiters, req, res, (error?: unknown) => {
        if (isError(error)) reject(error);
        else resolve();
      });
    });
  }
}
