import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { rateLimit as limiter, type Store } from 'express-rate-limit';
import type { Logger } from 'pino';
import { clientAddress } from '../client-address.ts';
import { HttpError } from '../errors.ts';
import type { RateLimit } from './rate-limit-grammar.ts';

/** A limit as people have set it, as it is counted, and where. */
export interface CountedLimit {
  readonly limit: RateLimit;
  readonly counted: RateLimit;
  readonly store: Store;
}

/** What limiters need besides their limits. */
export interface LimiterOptions {
  /**
   * Whose requests are counted together; by default those of one address (of one /56 network in IPv6), which is what
   * `addressOf` tells.
   */
  readonly keyOf?: (req: Request, addressOf: (req: Request) => string) => string;
  /** Requests whose route is told in `rate_limited` that they are too many, and decides; by default none. */
  readonly defers?: (req: Request) => boolean;
  readonly log: Logger;
}

/** One limit, by express-rate-limit. */
export interface Limiter {
  /** Counts a request, and refuses it if it is one too many. */
  readonly count: RequestHandler;
  /** Counts nothing. @returns the refusal of somebody who has used up the limit. */
  readonly usedUp: (req: Request) => Promise<HttpError | undefined>;
}

/** A limiter for each of the limits. */
export function limitersFor(
  limits: readonly CountedLimit[],
  { keyOf = clientAddress, defers = () => false, log }: LimiterOptions,
): Limiter[] {
  return limits.map(({ limit, counted, store }) => {
    const count = limiter({
      limit: counted.limit,
      windowMs: counted.windowMs,
      store,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // A shared store that is away must not take the API with it.
      passOnStoreError: true,
      skip: isPreflight,
      keyGenerator: (req) => keyOf(req, clientAddress),
      handler: (req, res, next) => {
        // The window may have ended while a slow store counted; a client told 0 seconds would come back at once.
        if (res.getHeader('Retry-After') === '0') res.setHeader('Retry-After', '1');
        const error = new RateLimitedError(limit);
        if (defers(req)) {
          req.state.rate_limited = error;
          next();
        } else next(error);
      },
      logger: {
        error: (err) => log.error({ err }, 'The rate limit'),
        warn: (err) => log.warn({ err }, 'The rate limit'),
      },
    });
    const usedUp = async (req: Request) => {
      const known = await count.getKey(keyOf(req, clientAddress));
      if (known === undefined || known.totalHits < counted.limit) return undefined;
      return new RateLimitedError(limit, known.resetTime);
    };
    return { count, usedUp };
  });
}

/** Counts a request for each of the limits, up to the first that refuses it. */
export function runLimiters(
  limiters: readonly Limiter[],
  req: Request,
  res: Response,
  next: NextFunction,
): void {
  const [first, ...rest] = limiters;
  if (first === undefined) {
    next();
    return;
  }
  void first.count(req, res, (error?: unknown) => {
    if (error === undefined) runLimiters(rest, req, res, next);
    else next(error);
  });
}

class RateLimitedError extends HttpError {
  /** @param resetTime - when to come back; not needed where `Retry-After` is in the response already. */
  constructor({ limit, per }: RateLimit, resetTime?: Date) {
    const seconds = resetTime && Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000));
    super(429, 'rate_limit_exceeded', `Rate limit exceeded: ${limit} per ${per}`, {
      headers: seconds === undefined ? {} : { 'Retry-After': String(seconds) },
    });
  }
}

/** A CORS preflight (Fetch standard, section 3.3.2). */
function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && req.get('access-control-request-method') !== undefined;
}
