import type { Declaration } from './declaration.ts';

/** A declaration that touches no state key, for {@link wrap}. */
type Ready = Declaration<never, never>;

/**
 * What well-known middleware does by default, for `wrap`. For other options, spread the declaration and
 * change it: `wrap(cors(options), { ...declarations.cors, path: '/api' })`.
 */
export const declarations = {
  /** helmet 8. */
  helmet: {
    name: 'helmet',
    headers: [
      'Content-Security-Policy',
      'Cross-Origin-Opener-Policy',
      'Cross-Origin-Resource-Policy',
      'Origin-Agent-Cluster',
      'Referrer-Policy',
      'Strict-Transport-Security',
      'X-Content-Type-Options',
      'X-DNS-Prefetch-Control',
      'X-Download-Options',
      'X-Frame-Options',
      'X-Permitted-Cross-Domain-Policies',
      'X-XSS-Protection',
    ],
  },
  /** cors 2. It answers preflights itself, with 204. */
  cors: {
    name: 'cors',
    headers: [
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Headers',
      'Access-Control-Expose-Headers',
      'Access-Control-Max-Age',
      'Vary',
    ],
    ends: [204],
  },
  /** cookie-parser 1. It writes `req.cookies`, which is no key of `req.state`. */
  cookieParser: { name: 'cookie-parser' },
  /** express-session 1. */
  expressSession: { name: 'express-session', after: ['cookie-parser?'], headers: ['Set-Cookie'] },
  /** express-rate-limit 8. */
  expressRateLimit: {
    name: 'express-rate-limit',
    headers: [
      'RateLimit',
      'RateLimit-Limit',
      'RateLimit-Policy',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
    ],
    ends: [429],
  },
  /** compression 1. It must run before all that it compresses, and sets its headers when the first byte is written. */
  compression: { name: 'compression', headers: ['Content-Encoding', 'Vary'] },
} as const satisfies Record<string, Ready>;
