import type { IncomingMessage } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';

/** What happened on each request, a line for each handler that ran. */
const traces = new WeakMap<IncomingMessage, string[]>();

/** From here on, what happens on a request is written down. */
export function watch(req: IncomingMessage): string[] {
  const trace: string[] = [];
  traces.set(req, trace);
  return trace;
}

/** Writes down that a handler runs, and what it sees: all that Express keeps in a request for the handlers. */
export function see(mark: string, req: Request, error?: unknown): void {
  const { app, baseUrl, ip, method, params, res, url } = req;
  const route = req.route as { readonly path: unknown } | undefined;
  traces.get(req)?.push(
    JSON.stringify({
      mark,
      error: error === undefined ? undefined : messageOf(error),
      request: `${method} ${baseUrl} ${url} ${req.originalUrl}`,
      ip,
      apps: [app, res?.app].map((one) => String(one?.locals.name)),
      // Both are inherited by an app that is mounted.
      setting: app.get('greeting') as unknown,
      method: (req as Request & { greet?: () => string }).greet?.(),
      route: route?.path,
      params: { ...params },
    }),
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `no Error, but ${JSON.stringify(error)}`;
}

/** Makes a handler that is seen under its mark. */
export type Behaviour = (mark: string) => RequestHandler | ErrorRequestHandler;

/** A handler that is seen, and then does something. */
export function seen(action: RequestHandler): (mark: string) => RequestHandler {
  return (mark) => (req, res, next) => {
    see(mark, req);
    return action(req, res, next);
  };
}

/** The same of an error handler. */
export function seenError(action: ErrorRequestHandler): (mark: string) => ErrorRequestHandler {
  return (mark) => (error, req, res, next) => {
    see(mark, req, error);
    return action(error, req, res, next);
  };
}
