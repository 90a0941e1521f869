import type { Declaration } from './declaration.ts';
import type { ReadKey, RequestKey } from './keys.ts';

/** A declaration that touches no key of `req.state`, for {@link wrap}. */
type Ready = Declaration<ReadKey, RequestKey>;

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
  /** cookie-parser 1. */
  cookieParser: { name: 'cookie-parser', writes: ['req.cookies', 'req.signedCookies'] },
  /** express-session 1. */
  expressSession: {
    name: 'express-session',
    after: ['cookie-parser?'],
    writes: ['req.session', 'req.sessionID'],
    headers: ['Set-Cookie'],
  },
  /** `express.json`. */
  expressJson: { name: 'express-json', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.urlencoded`. */
  expressUrlencoded: { name: 'express-urlencoded', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.raw`. */
  expressRaw: { name: 'express-raw', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.text`. */
  expressText: { name: 'express-text', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.static`. It answers what is a file, and lets all else pass as it is. The headers of a file are not listed. */
  expressStatic: { name: 'express-static', ends: [200, 206, 301, 304], fails: [412, 416] },
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
