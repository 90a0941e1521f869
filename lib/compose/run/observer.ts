import type { Request, Response } from 'express';
import type { Conflict } from './conflict.ts';

/** Watches a stack at work, as an inspector does. An error that an observer throws becomes the request's error. */
export interface StackObserver {
  /**
   * A request enters the stack. `req.stack` tells, now and later, what becomes of it. While a stack is observed, every
   * entry is timed.
   */
  request?(req: Request, res: Response): void;
  /** A conflict has been recorded in `req.stack.conflicts`, possibly long after the response. */
  conflict?(conflict: Conflict, req: Request): void;
}
