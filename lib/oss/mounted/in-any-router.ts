import type { Express, NextFunction, Request, Response } from 'express';

/**
 * Lets an app be called as a plain handler, by a `Router` or a wrapper function, as if `app.use` had mounted it: it goes by
 * the settings of the host, such as `trust proxy`, and gives the request and the response back as they were.
 *
 * @see https://github.com/expressjs/express/blob/v5.1.0/lib/application.js (`app.use`)
 */
export function mountableInAnyRouter(app: Express): void {
  const mounted = app as unknown as App;
  const handle = mounted.handle.bind(mounted);
  mounted.handle = (req, res, next) => {
    adopt(mounted, req.app);
    if (next === undefined) {
      handle(req, res);
      return;
    }
    const [request, response] = [Object.getPrototypeOf(req), Object.getPrototypeOf(res)] as [object, object];
    handle(req, res, (error?: unknown) => {
      Object.setPrototypeOf(req, request);
      Object.setPrototypeOf(res, response);
      next(error);
    });
  };
}

/** What Express keeps on an app, and its types do not tell. */
interface App {
  mountpath: string;
  parent?: unknown;
  emit(event: 'mount', parent: unknown): boolean;
  handle(this: App, req: Request, res: Response, next?: NextFunction): void;
}

/** Nobody knows before a request in whose app a router stands; `app.use` has said so already. */
function adopt(app: App, host: unknown): void {
  if (app.parent === host || host === app || !isApp(host)) return;
  app.mountpath = '/';
  app.parent = host;
  app.emit('mount', host);
}

/** Told as Express tells it. */
function isApp(host: unknown): boolean {
  return typeof host === 'function' && 'handle' in host && 'set' in host;
}
