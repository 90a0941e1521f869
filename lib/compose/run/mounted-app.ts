import type { ErrorRequestHandler, Express, RequestHandler } from 'express';

/**
 * Turns an Express app in a layer into a handler that does what `app.use` would. It sets `mountpath` and `parent`, and
 * emits `mount`. Behind the app it gives the request and the response their prototypes back, which carry the outer
 * `app`.
 *
 * The app is mounted on its first request: only then is it known in which app the stack stands.
 *
 * @param mountpath - the path below which it is mounted, as declared.
 * @returns any other handler as it is.
 * @see https://github.com/expressjs/express/blob/v5.1.0/lib/application.js (`app.use`)
 */
export function asMounted(
  handler: RequestHandler | ErrorRequestHandler,
  mountpath: string | readonly string[] = '/',
): RequestHandler | ErrorRequestHandler {
  if (!isApp(handler)) return handler;
  return function mountedApp(req, res, next) {
    if (handler.parent === undefined && isApp(req.app)) {
      handler.mountpath = mountpath as string | string[];
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

/** What Express keeps on an app, but leaves out of its types. */
type App = Express & { parent?: unknown; handle: (...parameters: Parameters<RequestHandler>) => void };

/** Tells an app from other handlers by the properties by which Express tells it. */
function isApp(handler: unknown): handler is App {
  return typeof handler === 'function' && 'handle' in handler && 'set' in handler;
}
