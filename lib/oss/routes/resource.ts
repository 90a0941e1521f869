import type { RequestHandler, Router } from 'express';
import { HttpError } from '../errors.ts';

/** The handlers of one path, by method. `get` answers HEAD as well. */
export interface ResourceHandlers {
  readonly get?: RequestHandler;
  readonly post?: RequestHandler;
}

/**
 * Registers everything that a path can do, so that any other method is 405 with `Allow` (RFC 9110, section 15.5.6)
 * and OPTIONS is answered with the same list. A handler that calls `next()` leaves the path to later routes.
 */
export function resource(router: Router, path: string, { get, post }: ResourceHandlers): void {
  const allowed = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : []), 'OPTIONS'];
  const allow = allowed.join(', ');
  const route = router.route(path);
  if (get) route.get(get);
  if (post) route.post(post);
  route.all((req, res, next) => {
    if (req.method === 'OPTIONS') {
      res.set('Allow', allow).status(204).end();
    } else if (allowed.includes(req.method)) {
      next();
    } else {
      next(
        new HttpError(405, 'method_not_allowed', `${req.method} is not possible here.`, {
          headers: { Allow: allow },
        }),
      );
    }
  });
}
