import type { Request, RequestHandler } from 'express';
import { defineMiddleware } from '../../compose.ts';
import { isRead } from '../is-read.ts';
import { LimitersOnDemand, type RateLimitOptions } from './limiters-on-demand.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';

export type { RateLimitOptions } from './limiters-on-demand.ts';

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
  const limiters = new LimitersOnDemand(options);
  return (req, res, next) => limiters.count(req, res, next);
}

/**
 * Whether a request is for the profile. The stock client takes any error there for a sign-out, so its route answers, from
 * what was seen last, and refuses only if there is nothing.
 */
export function asksForProfile(req: Pick<Request, 'method' | 'path'>): boolean {
  return isRead(req) && /^\/api\/github\/user\/?$/i.test(req.path);
}
