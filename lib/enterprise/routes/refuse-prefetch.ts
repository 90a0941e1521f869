import type { Request, RequestHandler } from 'express';
import { HttpError } from '../../oss/errors.ts';

/**
 * Refuses what a browser fetches before anybody has asked for it. A sign-in done ahead would use up the code, or push
 * out the flow of another tab. The refusal has to be an error status: a browser discards such a prefetch, and asks
 * anew when the person goes there.
 *
 * @see https://html.spec.whatwg.org/multipage/speculative-loading.html#the-sec-purpose-header
 */
export const refusePrefetch: RequestHandler = (req, _res, next) => {
  if (isPrefetch(req)) next(new HttpError(403, 'prefetch_refused', 'A sign-in is not done ahead of time.'));
  else next();
};

/** `Sec-Purpose: prefetch;prerender` and the like; `Purpose` is what older Chromium and Safari say. */
function isPrefetch(req: Request): boolean {
  return [req.get('Sec-Purpose'), req.get('Purpose')].some((purpose) =>
    /^\s*prefetch\s*(;|$)/i.test(purpose ?? ''),
  );
}
