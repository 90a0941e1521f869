import { defineMiddleware } from '../../compose.ts';
import { ON_EVERY_ANSWER } from '../../oss/middleware/on-every-answer.ts';
import { limitRequests, RATE_LIMIT_HEADERS, type RateLimitOptions } from '../../oss/middleware/rate-limit.ts';

/**
 * Limits signing in by address, since each attempt asks GitHub, or who else signs people in. It is counted apart from the API, so that nobody whose
 * address has used that up is kept from signing in.
 */
export function signInRateLimit({
  path,
  ...options
}: Omit<RateLimitOptions, 'keyOf' | 'defers'> & { readonly path: readonly string[] }) {
  return defineMiddleware({
    name: 'sign-in-rate-limit',
    path,
    headers: RATE_LIMIT_HEADERS,
    ends: [429],
    after: ON_EVERY_ANSWER,
    handle: limitRequests({ ...options, keyOf: (req, addressOf) => `sign-in:${addressOf(req)}` }),
  });
}
