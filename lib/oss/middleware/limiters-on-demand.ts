import type { NextFunction, Request, Response } from 'express';
import type { Store } from 'express-rate-limit';
import type { CountedLimit, Limiter, LimiterOptions } from './limiters.ts';
import { withBurst } from './rate-limit-burst.ts';
import type { RateLimit } from './rate-limit-grammar.ts';

export interface RateLimitOptions extends LimiterOptions {
  /** All of them hold at once; none means that nothing is limited. */
  readonly limits: readonly RateLimit[];
  /** Makes the place where one limit counts. Its maker shuts it down. */
  readonly storeFor: (limit: RateLimit) => Store;
}

type Run = (req: Request, res: Response, next: NextFunction) => void;

/**
 * Limiters that are made for the first request that is counted: what they are made of takes its time to load, and a server
 * that starts has nothing to limit. The places where they count are made at once.
 */
export class LimitersOnDemand {
  readonly #limits: readonly CountedLimit[];
  readonly #options: LimiterOptions;
  #loading: Promise<readonly Limiter[]> | undefined;
  #run: Run | undefined;

  constructor({ limits, storeFor, ...options }: RateLimitOptions) {
    this.#options = options;
    this.#limits = limits.map((limit) => {
      const counted = withBurst(limit);
      return { limit, counted, store: storeFor(counted) };
    });
  }

  /** Counts a request for each of the limits, up to the first that refuses it. */
  count(req: Request, res: Response, next: NextFunction): void {
    if (this.#run !== undefined) this.#run(req, res, next);
    else if (this.#limits.length === 0) next();
    else this.load().then(() => this.#run?.(req, res, next), next);
  }

  load(): Promise<readonly Limiter[]> {
    return (this.#loading ??= this.#load());
  }

  async #load(): Promise<readonly Limiter[]> {
    const { limitersFor, runLimiters } = await import('./limiters.ts');
    const limiters = limitersFor(this.#limits, this.#options);
    this.#run = (req, res, next) => runLimiters(limiters, req, res, next);
    return limiters;
  }
}
