import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { rateLimit as limiter, type Store } from 'express-rate-limit';
import type { Logger } from 'pino';
import { defineMiddleware } from '../../compose.ts';
import { clientAddress } from '../client-address.ts';
import { HttpError } from '../errors.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';
import { withBurst } from './rate-limit-burst.ts';
import type { RateLimit } from './rate-limit-grammar.ts';

export interface RateLimitOptions {
  /** All of them hold at once; none means that nothing is limited. */
  readonly limits: readonly RateLimit[];
  /** Whose requests are counted together; by default those of one address (of one /56 network in IPv6). */
  readonly keyOf?: (req: Request) => string;
  /** Requests whose route is told in `rate_limited` that they are too many, and decides; by default none. */
  readonly defers?: (req: Request) => boolean;
  /** Makes the place where one limit counts. Its maker shuts it down. */
  readonly storeFor: (limit: RateLimit) => Store;
  readonly log: Logger;
}

/** The response headers of {@link limitRequests}, for declarations. */
export const RATE_LIMIT_HEADERS = ['RateLimit', 'RateLimit-Policy', 'Retry-After'];

/** Limits requests under `/api` by address. */
export function rateLimit(options: Omit<RateLimitOptions, 'defers'>) {
  return defineMiddleware({
    name: 'rate-limit',
    path: '/api',
    writes: ['rate_limited'],
    headers: RATE_LIMIT_HEADERS,
    ends: [429],
    after: ON_EVERY_ANSWER,
    handle: limitRequests({ ...options, defers: asksForProfile }),
  });
}

/**
 * Answers 429 with `Retry-After` to those who go over one of the limits, and tells everybody in `RateLimit` and
 * `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-08) how much is left. Preflights are not counted: the
 * browser sends them, not the page.
 */
export function limitRequests(options: RateLimitOptions): RequestHandler {
  const limiters = limitersFor(options);
  return (req, res, next) => runLimiters(limiters, req, res, next);
}

/** One limit, by express-rate-limit. */
export interface Limiter {
  /** Counts a request, and refuses it if it is one too many. */
  readonly count: RequestHandler;
  /** Counts nothing. @returns the refusal of somebody who has used up the limit. */
  readonly usedUp: (req: Request) => Promise<HttpError | undefined>;
}

/** A limiter for each of the limits. */
export function limitersFor({
  limits,
  keyOf = clientAddress,
  defers = () => false,
  storeFor,
  log,
}: RateLimitOptions): Limiter[] {
  return limits.map((limit) => {
    const counted = withBurst(limit);
    const count = limiter({
      limit: counted.limit,
      windowMs: counted.windowMs,
      store: storeFor(counted),
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // A shared store that is away must not take the API with it.
      passOnStoreError: true,
      skip: isPreflight,
      keyGenerator: keyOf,
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
      const known = await count.getKey(keyOf(req));
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

/**
 * Whether a request is for the profile. The stock client takes any error there for a sign-out, so its route answers, from
 * what was seen last, and refuses only if there is nothing.
 */
export function asksForProfile({ method, path }: Pick<Request, 'method' | 'path'>): boolean {
  return /^(GET|HEAD)$/.test(method) && /^\/api\/github\/user\/?$/i.test(path);
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
