import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { HttpError } from '../errors.ts';
import { forbidCaching } from '../middleware/cache-control.ts';
import { SeldomLog } from '../seldom-log.ts';
import { LockTimeoutError } from '../storage/document-store.ts';

/** What nobody has answered is 404. */
export function notFound(): RequestHandler {
  return (_req, _res, next) => next(new HttpError(404, 'not_found', 'Not found'));
}

/** What a file says of itself before it turns out that it cannot be sent: 412 and 416 are no part of it. */
const OF_A_FILE = ['Content-Type', 'Content-Encoding', 'ETag', 'Last-Modified', 'Accept-Ranges'];

export interface ErrorHandlerOptions {
  readonly log: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Turns errors into responses, here and nowhere else. What is not a client's business is logged, and not sent. */
export function errorHandler({ log, now }: ErrorHandlerOptions): ErrorRequestHandler {
  const seldom = new SeldomLog(log, now);
  return (thrown: unknown, req, res, _next) => {
    const error = httpErrorFrom(thrown);
    if (error.status >= 500) seldom.error({ err: thrown, request_id: requestIdOf(req) }, 'A request failed');
    if (res.headersSent) {
      // Half an answer must not look like a whole one.
      res.destroy();
      return;
    }
    forbidCaching(res);
    for (const name of OF_A_FILE) res.removeHeader(name);
    res.status(error.status).set(error.headers).type('json');
    res.json({ error: error.message, code: error.code, ...(error.detail && { detail: error.detail }) });
  };
}

/** What a client is told about anything that was thrown. */
export function httpErrorFrom(thrown: unknown): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (thrown instanceof LockTimeoutError) {
    return new HttpError(503, 'store_busy', 'The server is busy. Please try again.', {
      headers: { 'Retry-After': '1' },
    });
  }
  // Express and its middleware throw errors of http-errors' shape; their messages may quote the request.
  const { status } = thrown as { status?: unknown };
  if (status === 404) return new HttpError(404, 'not_found', 'Not found');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HttpError(status, 'bad_request', 'The request cannot be understood.');
  }
  return new HttpError(500, 'internal_error', 'Something went wrong on the server.');
}

/** The stack may not have run: an address can be so malformed that Express gives up first. */
function requestIdOf(req: Request): string | undefined {
  return (req as Partial<Request>).state?.request_id;
}
