import { randomUUID } from 'node:crypto';
import { defineMiddleware } from '../../compose.ts';

/** What an id from outside may look like: anything else would let a caller write into our logs. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{1,64}$/;

/** Gives every request an id, the caller's `X-Request-Id` if it has one, and says it in the response. */
export function requestId() {
  return defineMiddleware({
    name: 'request-id',
    writes: ['request_id'],
    headers: ['X-Request-Id'],
    handle(req, res, next) {
      const given = req.get('x-request-id') ?? '';
      const id = ACCEPTABLE.test(given) ? given : randomUUID();
      req.state.request_id = id;
      res.setHeader('X-Request-Id', id);
      next();
    },
  });
}
