import type { ErrorRequestHandler, Express, RequestHandler } from 'express';

/**
 * An Express app in a layer, as a handler that mounts it as `app.use` would: with `mountpath`, `parent` and the event
 * `mount`, and with the prototypes of the request and the response given back behind it, which carry `app` and its
 * settings. It is mounted on its first request, since nobody knows before that in whose app the stack stands.
 *
 * @returns any other handler as it is.
 * @see https://github.com/expressjs/express/blob/v5.1.0/lib/application.js (`app.use`)
 */
export function asMounted(
  handler: RequestHandler | ErrorRequestHandler,
): RequestHandler | ErrorRequestHandler {
  if (!isApp(handler)) return handler;
  return function mountedApp(req, res, next) {
    if (handler.parent === undefined && isApp(req.app)) {
      handler.mountpath = '/';
      handler.parent = req.app;
      handler.emit('mount', req.app);
    }
    const prototypes = [Object.getPrototypeOf(req), Object.getPrototypeOf(res)] as const;
    handler.handle(req, res, (error?: unknown) => {
      Object.setPrototypeOf(req, prototypes[0] as object);
      Object.setPrototypeOf(res, prototypes[1] as object);
      next(error);
    });
  } as RequestHandler;
}

/** What Express keeps on an app, and its types do not tell. */
type App = Express & { parent?: unknown; handle: (...parameters: Parameters<RequestHandler>) => void };

/** Told as Express tells it. */
function isApp(handler: unknown): handler is App {
  return typeof handler === 'function' && 'handle' in handler && 'set' in handler;
}
