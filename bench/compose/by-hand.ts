import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** The least: each calls the next, with nothing in between. */
export function handNested(handlers: readonly RequestHandler[]): RequestHandler {
  return handlers.reduceRight<RequestHandler>(
    (inner, handler) => (req, res, next) => handler(req, res, () => void inner(req, res, next)),
    (_req, _res, next) => {
      next();
    },
  );
}

/** What one writes by hand who takes care: `next` counts once, what is thrown or rejected is handed on. */
export function handGuarded(handlers: readonly RequestHandler[]): RequestHandler {
  const run = (index: number, req: Request, res: Response, out: NextFunction): void => {
    const handler = handlers[index];
    if (handler === undefined) {
      out();
      return;
    }
    let called = false;
    const next = (error?: unknown): void => {
      if (called) return;
      called = true;
      if (error) out(error);
      else run(index + 1, req, res, out);
    };
    try {
      const result: unknown = handler(req, res, next);
      if (result instanceof Promise) result.then(undefined, next);
    } catch (error) {
      next(error);
    }
  };
  return (req, res, out) => run(0, req, res, out);
}
