import type { Request, Response } from 'express';
import type { Conflict } from './conflict.ts';

/** Somebody who watches a stack at work, such as an inspector. What an observer throws, the request gets. */
export interface StackObserver {
  /** A request enters the stack; `req.stack` tells, now and later, what becomes of it. While observed, every entry is timed. */
  request?(req: Request, res: Response): void;
  /** A conflict has been written down in `req.stack.conflicts`, possibly long after the response. */
  conflict?(conflict: Conflict, req: Request): void;
}
