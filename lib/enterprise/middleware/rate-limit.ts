import { ipKeyGenerator } from 'express-rate-limit';
import { defineMiddleware } from '../../compose.ts';
import { limitRequests, RATE_LIMIT_HEADERS, type RateLimitOptions } from '../../oss/middleware/rate-limit.ts';

/**
 * Limits requests under `/api` by user, wherever they come from, instead of by address as the OSS edition does:
 * a whole office may share one address. Whoever is signed out is still counted by address.
 */
export function rateLimit(options: Omit<RateLimitOptions, 'keyOf'>) {
  return defineMiddleware({
    name: 'rate-limit',
    overrides: 'rate-limit',
    path: '/api',
    reads: ['github_user_id'],
    headers: RATE_LIMIT_HEADERS,
    ends: [429],
    handle: limitRequests({
      ...options,
      keyOf: ({ state, ip }) => state.github_user_id ?? ipKeyGenerator(ip ?? 'unknown'),
    }),
  });
}
