import { types } from 'node:util';
import { json, type Request } from 'express';
import { defineMiddleware } from '../../compose.ts';
import { BODY_MS, bodyDeadline } from '../body-deadline.ts';
import { HttpError } from '../errors.ts';
import { isJsonReadAsForm } from '../json-read-as-form.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';

/** Settings are some hundred bytes. */
const LIMIT_BYTES = 100 * 1024;

/** They read no body, and to log out succeeds whatever is sent along. */
const WITHOUT_BODY = /^\/api\/(?:authenticate|logout)\/?$/i;

export interface JsonBodyOptions {
  /** How long a body may take, in milliseconds; 10 seconds unless given. */
  readonly patienceMs?: number;
}

/**
 * Reads JSON bodies under `/api` into `req.body`, and takes what another parser has left there by what it is. An empty body
 * is none. Bodies of other types are left to the routes that know them.
 */
export function jsonBody({ patienceMs = BODY_MS }: JsonBodyOptions = {}) {
  const empty = new WeakSet<object>();
  const parse = json({
    limit: LIMIT_BYTES,
    strict: false,
    type: (req) => mayBeJson(req as Request),
    // Body-parser makes `{}` of an empty body, which changes nothing, and says "stored" to somebody who has lost a body.
    verify: (req, _res, bytes) => {
      if (bytes.length === 0) empty.add(req);
    },
  });
  return defineMiddleware({
    name: 'json-body',
    path: '/api',
    fails: [400, 408, 413, 415],
    // No body is read for somebody who is refused anyway.
    after: [...ON_EVERY_ANSWER, 'rate-limit?', 'cross-origin?'],
    handle(req, res, next) {
      if (hasNoBody(req as Request) || WITHOUT_BODY.test(req.path)) {
        req.body = undefined;
        next();
        return;
      }
      if (isCoded(req)) {
        next(
          new HttpError(400, 'bad_request', 'The request body has a transfer coding that is not supported.'),
        );
        return;
      }
      if (req.readableDidRead) {
        req.body = mayBeJson(req) ? valueOf(req.body, req) : (req.body as unknown);
        next();
        return;
      }
      let isLate = false;
      const stopWaiting = bodyDeadline(patienceMs, (error) => {
        isLate = true;
        next(error);
      });
      parse(req, res, (error?: unknown) => {
        stopWaiting();
        if (isLate) return;
        const failure = error === undefined ? undefined : bodyErrorFrom(error);
        if (failure?.code === 'malformed_json' && !isLabelled(req)) req.body = undefined;
        else if (failure !== undefined) {
          next(failure);
          return;
        }
        if (empty.has(req)) req.body = undefined;
        next();
      });
    },
  });
}

/** Whether a body is JSON by its label, or has none; a request without a body has nothing that could be anything else. */
export function mayBeJson(req: Pick<Request, 'headers' | 'is'>): boolean {
  return !isLabelled(req) || req.is(['json', '+json']) !== false;
}

function isLabelled({ headers }: Pick<Request, 'headers'>): boolean {
  return (headers['content-type'] ?? '') !== '';
}

/**
 * As the headers say (RFC 9112, section 6.3), or the end of a stream in which nothing was. Some parsers put `{}` where there
 * is nothing.
 */
function hasNoBody({ headers, readableDidRead, readableEnded }: Request): boolean {
  const isPromised = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return !isPromised || (readableEnded && !readableDidRead);
}

/** RFC 9112, section 6.1: Node takes `gzip, chunked` apart as far as `chunked`, and what is left is no JSON, nor any text. */
function isCoded({ headers }: Pick<Request, 'headers'>): boolean {
  return !/^(?:chunked)?$/i.test((headers['transfer-encoding'] ?? '').trim());
}

/** What another parser has left: the text or the bytes of JSON, or what has been made of them already. */
function valueOf(left: unknown, req: Request): unknown {
  if (typeof left !== 'string' && !types.isUint8Array(left)) {
    if (!isJsonReadAsForm(left)) return left;
    throw new HttpError(
      415,
      'unsupported_media_type',
      'A parser in front of this server has read the JSON body as a form.',
    );
  }
  if (left.length > LIMIT_BYTES) throw tooLarge();
  const text = (typeof left === 'string' ? left : Buffer.from(left).toString()).replace(/^\uFEFF/, '');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    if (!isLabelled(req)) return undefined;
    throw malformed();
  }
}

/** What body-parser found wrong, by its documented `type`; its messages quote the body, which may hold a token. */
function bodyErrorFrom(error: unknown): HttpError {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return tooLarge();
  if (status === 415) {
    return new HttpError(415, 'unsupported_media_type', 'The encoding of the request body is not supported.');
  }
  return malformed();
}

function tooLarge(): HttpError {
  return new HttpError(413, 'body_too_large', `The request body is larger than ${LIMIT_BYTES / 1024}kb.`);
}

function malformed(): HttpError {
  return new HttpError(400, 'malformed_json', 'The request body is not valid JSON.');
}
