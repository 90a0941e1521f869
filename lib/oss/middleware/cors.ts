import corsHandler from 'cors';
import type { RequestHandler } from 'express';
import { declarations, defineMiddleware } from '../../compose.ts';

/** What scripts of a permitted origin may read, besides what the Fetch standard always lets them. */
const EXPOSED = ['X-Request-Id', 'X-Stale', 'Retry-After', 'RateLimit', 'RateLimit-Policy'];
/** How long a browser may remember the answer to a preflight, in seconds. */
const PREFLIGHT_MAX_AGE = 600;

/**
 * CORS with credentials for the origins that `permits` accepts; others get no CORS header at all. A preflight of a
 * permitted origin is answered here, with 204.
 */
export function allowOrigins(permits: (origin: string) => boolean): RequestHandler {
  const handle = corsHandler({
    origin: (origin, callback) => callback(null, origin !== undefined && permits(origin)),
    credentials: true,
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_MAX_AGE,
  });
  return (req, res, next) => {
    // Without it, a cache could give the answer to one origin to another.
    res.vary('Origin');
    handle(req, res, next);
  };
}

/** The OSS edition's CORS: pages on this very machine, as a client in development is. */
export function cors() {
  return defineMiddleware({
    name: 'cors',
    headers: declarations.cors.headers,
    handle: allowOrigins(isLocalOrigin),
  });
}

/**
 * Whether an `Origin` is `localhost`, `127.0.0.1` or `[::1]`, on any port and of any scheme: a client that is an app on a
 * phone comes from `capacitor://localhost`.
 */
export function isLocalOrigin(origin: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(origin);
}
