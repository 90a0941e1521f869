import type { Request, RequestHandler } from 'express';

/**
 * Whether the request is in a route of which this handler is a part, as in `app.get(path, handler, …)`. There
 * `next('route')` leaves the route; behind `app.use` it is, to Express, no more than `next()`.
 */
export function standsInRoute(req: Request, handler: RequestHandler | undefined): boolean {
  const route = req.route as { readonly stack?: readonly { readonly handle: unknown }[] } | undefined;
  return route?.stack?.some(({ handle }) => handle === handler) ?? false;
}
