import type { Response } from 'express';
import { defineMiddleware } from '../../compose.ts';

/** In seconds: 30 days. Built assets carry a hash of their content in their names. */
const ASSET_MAX_AGE = 2_592_000;

/** Lets browsers keep `/assets/*`, and nothing else. */
export function cacheControl() {
  return defineMiddleware({
    name: 'cache-control',
    headers: ['Cache-Control', 'Pragma', 'Expires'],
    handle(req, res, next) {
      if (req.path.startsWith('/assets/')) {
        allowKeeping(res, 'public');
      } else {
        forbidCaching(res);
      }
      next();
    },
  });
}

/**
 * Says that this response may be kept: what is at this address never changes.
 *
 * @param by - `private`: by the browser alone. Below `/api` a response may renew or clear the cookie of a session, which a
 *   shared cache would hand to others (RFC 9111, section 7.3).
 */
export function allowKeeping(res: Response, by: 'public' | 'private'): void {
  res.setHeader('Cache-Control', `${by}, max-age=${ASSET_MAX_AGE}, immutable`);
  res.removeHeader('Pragma');
  res.removeHeader('Expires');
}

/** Says that nobody may keep this response; `Pragma` and `Expires` say it to HTTP/1.0 caches. */
export function forbidCaching(res: Response): void {
  res.setHeader('Cache-Control', 'no-cache, no-store, must-revalidate, max-age=0');
  res.setHeader('Pragma', 'no-cache');
  res.setHeader('Expires', '0');
}
