import type { Request, RequestHandler } from 'express';
import express from 'express';
import request, { type Response } from 'supertest';
import type { RequestStack, RequestState } from '../../lib/compose.ts';

/** What a route behind the stack found, and what it answered. */
export interface Served {
  readonly response: Response;
  /** Undefined if the request has not come so far. */
  readonly state: RequestState | undefined;
  readonly stack: RequestStack;
}

/** One GET over HTTP through a stack, to a route behind it that answers `behind`. */
export async function serve(stack: RequestHandler, path = '/', route?: RequestHandler): Promise<Served> {
  let seen: Request | undefined;
  let state: RequestState | undefined;
  const app = express();
  app.use((req, _res, next) => {
    seen = req;
    next();
  });
  app.use(stack);
  app.use((req, res, next) => {
    state = req.state;
    if (route) void route(req, res, next);
    else res.send('behind');
  });
  app.use(((error: unknown, _req, res, _next) => {
    res.status(500).send(error instanceof Error ? error.message : String(error));
  }) as express.ErrorRequestHandler);
  const response = await request(app).get(path);
  return { response, state, stack: seen!.stack };
}
