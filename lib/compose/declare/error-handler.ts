import type { NextFunction, Request, Response } from 'express';

/**
 * An ordinary Express error handler. It has a second signature, which says the same. Without it the compiler takes an
 * inline `(req, res, next) => …` for an error handler too, and so finds no types for its parameters.
 */
export interface ErrorHandler {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Express types it, so that every handler fits
  (error: any, req: Request, res: Response, next: NextFunction): unknown;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- that it is generic is the point
  <Failure>(error: Failure, req: Request, res: Response, next: NextFunction): unknown;
}
