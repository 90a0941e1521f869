import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit as limiter, type Store } from 'express-rate-limit';
import type { Logger } from 'pino';
import { defineMiddleware } from '../../compose.ts';
import { HttpError } from '../errors.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';
import type { RateLimit } from './rate-limit-grammar.ts';

export interface RateLimitOptions {
  /** All of them hold at once; none means that nothing is limited. */
  readonly limits: readonly RateLimit[];
  /** Whose requests are counted together; by default those of one address (of one /56 network in IPv6). */
  readonly keyOf?: (req: Request) => string;
  /** Makes the place where one limit counts. Its maker shuts it down. */
  readonly storeFor: (limit: RateLimit) => Store;
  readonly log: Logger;
}

/** The response headers of {@link limitRequests}, for declarations. */
export const RATE_LIMIT_HEADERS = ['RateLimit', 'RateLimit-Policy', 'Retry-After'];

/** Limits requests under `/api` by address. */
export function rateLimit(options: RateLimitOptions) {
  return defineMiddleware({
    name: 'rate-limit',
    path: '/api',
    headers: RATE_LIMIT_HEADERS,
    ends: [429],
    after: ON_EVERY_ANSWER,
    handle: limitRequests(options),
  });
}

/**
 * Answers 429 with `Retry-After` to whoever goes over one of the limits, and tells everybody in `RateLimit` and
 * `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-08) how much is left. Preflights are not counted: the
 * browser sends them, not the page.
 */
export function limitRequests({
  limits,
  keyOf = addressOf,
  storeFor,
  log,
}: RateLimitOptions): RequestHandler {
  const limiters = limits.map((limit) =>
    limiter({
      limit: limit.limit,
      windowMs: limit.windowMs,
      store: storeFor(limit),
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // A shared store that is away must not take the API with it.
      passOnStoreError: true,
      skip: isPreflight,
      keyGenerator: keyOf,
      handler: (_req, _res, next) => next(new RateLimitedError(limit)),
      logger: {
        error: (err) => log.error({ err }, 'The rate limit does not work as it should'),
        warn: (err) => log.warn({ err }, 'The rate limit may not work as it should'),
      },
    }),
  );
  return (req, res, next) => runAll(limiters, req, res, next);
}

/** `Retry-After` is already in the response. */
class RateLimitedError extends HttpError {
  constructor({ limit, per }: RateLimit) {
    super(429, 'rate_limit_exceeded', `Rate limit exceeded: ${limit} per ${per}`);
  }
}

function runAll(handlers: readonly RequestHandler[], req: Request, res: Response, next: NextFunction): void {
  const [first, ...rest] = handlers;
  if (first === undefined) {
    next();
    return;
  }
  void first(req, res, (error?: unknown) => {
    if (error === undefined) runAll(rest, req, res, next);
    else next(error);
  });
}

/** A CORS preflight (Fetch standard, section 3.3.2). */
function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && req.get('access-control-request-method') !== undefined;
}

function addressOf(req: Request): string {
  return ipKeyGenerator(req.ip ?? 'unknown');
}
