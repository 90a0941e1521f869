import { json } from 'express';
import { defineMiddleware } from '../../compose.ts';
import { BODY_MS, bodyDeadline } from '../body-deadline.ts';
import { HttpError } from '../errors.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';

/** Settings are some hundred bytes. */
const LIMIT = '100kb';

export interface JsonBodyOptions {
  /** How long a body may take, in milliseconds; 10 seconds unless given. */
  readonly patienceMs?: number;
}

/** Reads JSON bodies under `/api` into `req.body`. Bodies of other types are left to the routes that know them. */
export function jsonBody({ patienceMs = BODY_MS }: JsonBodyOptions = {}) {
  const parse = json({ limit: LIMIT, strict: false });
  return defineMiddleware({
    name: 'json-body',
    path: '/api',
    ends: [400, 408, 413, 415],
    // No body is read for somebody who is refused anyway.
    after: [...ON_EVERY_ANSWER, 'rate-limit?', 'cross-origin?'],
    handle(req, res, next) {
      let isLate = false;
      const stopWaiting = bodyDeadline(patienceMs, (error) => {
        isLate = true;
        next(error);
      });
      parse(req, res, (error?: unknown) => {
        stopWaiting();
        if (isLate) return;
        if (error === undefined) next();
        else next(bodyErrorFrom(error));
      });
    },
  });
}

/** What body-parser found wrong, by its documented `type`; its messages quote the body, which may hold a token. */
function bodyErrorFrom(error: unknown): HttpError {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') {
    return new HttpError(413, 'body_too_large', `The request body is larger than ${LIMIT}.`);
  }
  if (status === 415) {
    return new HttpError(415, 'unsupported_media_type', 'The encoding of the request body is not supported.');
  }
  return new HttpError(400, 'malformed_json', 'The request body is not valid JSON.');
}
