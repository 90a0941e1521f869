import type { Request } from 'express';
import { defineMiddleware } from '../../compose.ts';
import {
  asksForProfile,
  limitRequests,
  RATE_LIMIT_HEADERS,
  type RateLimitOptions,
} from '../../oss/middleware/rate-limit.ts';

/**
 * Limits requests under `/api` by user, wherever they come from, instead of by address as the OSS edition does:
 * a whole office may share one address. Those who are signed out are still counted by address.
 */
export function rateLimit(options: Omit<RateLimitOptions, 'keyOf' | 'defers'>) {
  return defineMiddleware({
    name: 'rate-limit',
    overrides: 'rate-limit',
    path: '/api',
    reads: ['github_user_id'],
    writes: ['rate_limited'],
    headers: RATE_LIMIT_HEADERS,
    ends: [429],
    handle: limitRequests({
      ...options,
      keyOf: (req, addressOf) => req.state.github_user_id ?? addressOf(req),
      defers: (req: Request) => req.state.github_user_id !== undefined && asksForProfile(req),
    }),
  });
}
