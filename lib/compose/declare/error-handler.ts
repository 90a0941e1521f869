import type { NextFunction, Request, Response } from 'express';

/**
 * An ordinary Express error handler. Its second signature asks for nothing. As it is generic, the compiler does not take
 * an inline `(req, res, next) => …` for an error handler, and finds types for its parameters. As the rest is of `any`,
 * the response of `morgan('tiny')` is not inferred from the request of an error handler.
 */
export interface ErrorHandler {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Express types it, so that every handler fits
  (error: any, req: Request, res: Response, next: NextFunction): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unnecessary-type-parameters -- see above
  <Failure>(error: Failure, req: any, res: any, next: any): unknown;
}
