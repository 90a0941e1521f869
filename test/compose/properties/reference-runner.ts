import type { ErrorRequestHandler, RequestHandler } from 'express';

/**
 * What the runner does, in as few lines as will say it: each handler runs once at most, in turn; the first call of
 * `next` counts; whatever fails goes to the next error handler, and behind the last one, out.
 */
export function referenceRunner(handlers: readonly (RequestHandler | ErrorRequestHandler)[]): RequestHandler {
  return (req, res, out) => {
    const run = (from: number, error: unknown): void => {
      const at = handlers.findIndex(
        (handler, place) => place >= from && (handler.length === 4) === (error !== undefined),
      );
      if (at === -1) {
        if (error === undefined) out();
        else out(error);
        return;
      }
      let called = false;
      const next = (signal?: unknown): void => {
        if (called) return;
        called = true;
        if (signal === 'router') out('router');
        else run(at + 1, signal && signal !== 'route' ? signal : undefined);
      };
      const fail = (reason: unknown): void => {
        if (reason) next(reason);
        else next(new Error(String(reason)));
      };
      try {
        const handler = handlers[at] as (...parameters: unknown[]) => unknown;
        const result = error === undefined ? handler(req, res, next) : handler(error, req, res, next);
        if (result instanceof Promise) result.then(undefined, fail);
      } catch (thrown) {
        fail(thrown);
      }
    };
    run(0, undefined);
  };
}
