/** Express's own behavior as the judge: what `app.use` makes of handlers one by one, `compose` has to make of them. */
import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import compression from 'compression';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import fc from 'fast-check';
import helmet from 'helmet';
import request, { type Response } from 'supertest';
import { compose, type LayerEntry, wrap } from '../../../lib/compose.ts';
import { serving } from '../serving.ts';

/** A handler, and the path below which it stands. */
interface Placed {
  readonly path: string;
  readonly handler: RequestHandler | ErrorRequestHandler;
}

/** Makes a handler that leaves its mark in the header `Trail`. */
type Maker = (mark: string) => RequestHandler | ErrorRequestHandler;

function marked(mark: string, handler: RequestHandler): RequestHandler {
  return (req, res, next) => {
    res.append('Trail', mark);
    return handler(req, res, next);
  };
}

const makers: Record<string, Maker> = {
  'calls next': (mark) => marked(mark, (_req, _res, next) => next()),
  'calls next later': (mark) => marked(mark, (_req, _res, next) => void setImmediate(next)),
  'awaits and calls next': (mark) =>
    marked(mark, async (_req, _res, next) => {
      await Promise.resolve();
      next();
    }),
  'goes on after next': (mark) =>
    marked(mark, (_req, res, next) => {
      next();
      if (!res.headersSent) res.append('Trail', `${mark} again`);
    }),
  throws: (mark) =>
    marked(mark, () => {
      throw new Error(`thrown by ${mark}`);
    }),
  'is rejected': (mark) => marked(mark, () => Promise.reject(new Error(`rejected in ${mark}`))),
  'calls next with an error': (mark) =>
    marked(mark, (_req, _res, next) => next(new Error(`error of ${mark}`))),
  'calls next with a string': (mark) => marked(mark, (_req, _res, next) => next(`string of ${mark}`)),
  "calls next('route')": (mark) => marked(mark, (_req, _res, next) => next('route')),
  "calls next('router')": (mark) => marked(mark, (_req, _res, next) => next('router')),
  ends: (mark) => marked(mark, (_req, res) => void res.status(202).send(`ended by ${mark}`)),
  'ends for one method': (mark) =>
    marked(mark, (req, res, next) => (req.method === 'POST' ? void res.json(req.body ?? null) : next())),
  'is a router that answers': (mark) => Router().get('/here', (_req, res) => void res.send(`router ${mark}`)),
  'is a router that passes': (mark) => Router().use(marked(mark, (_req, _res, next) => next('router'))),
  'handles errors': (mark) => (error: unknown, _req, res, _next) => {
    res.status(500).send(`${mark} handled ${error instanceof Error ? error.message : String(error)}`);
  },
  'recovers from errors': (mark) => (_error: unknown, _req, res, next) => {
    res.append('Trail', mark);
    next();
  },
  'replaces errors': (mark) => (error: unknown, _req, _res, next) =>
    next(new Error(`${mark} had ${String(error)}`)),
  'throws in handling errors': (mark) => (_error: unknown, _req, _res, _next) => {
    throw new Error(`${mark} failed too`);
  },
  'is express.json()': () => express.json({ limit: 20 }),
  'is cookie-parser': () => cookieParser(),
  'is cors': () => cors({ origin: 'https://app.example', credentials: true }),
  'is helmet': () => helmet(),
  'is compression': () => compression({ threshold: 0 }),
};

/** Most handlers go on; with every maker alike, few requests would come far. */
const COMMON = ['calls next', 'calls next later', 'awaits and calls next', 'goes on after next'];

const placed: fc.Arbitrary<readonly Placed[]> = fc
  .array(
    fc.record({
      path: fc.constantFrom('/', '/', '/', '/api', '/api/v1', '/API/'),
      what: fc.constantFrom(...COMMON, ...COMMON, ...Object.keys(makers)),
    }),
    { maxLength: 8, size: 'max' },
  )
  .map((all) =>
    all.map(({ path, what }, index) => ({
      // Below a path `app.use` rewrites `req.url` and `compose` does not, which a router is meant to see.
      path: what.includes('router that') ? '/' : path,
      handler: makers[what]!(`${index}`),
    })),
  );

const asked = fc.record({
  path: fc.constantFrom('/', '/here', '/api', '/api/', '/api/here', '/Api/v1/x?y=/z', '/apiary', '/a%20b'),
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'OPTIONS'),
  origin: fc.constantFrom(undefined, 'https://app.example', 'https://evil.example'),
  body: fc.constantFrom('', '{"a":1}', '{"a":', '{"much":"more than the limit"}'),
});

/** Behind the handlers there is a route, and an error handler, that tell how far the request has come. */
function appWith(mount: (app: Express) => void): Express {
  const app = express();
  mount(app);
  app.use((req, res) => void res.send(`behind: ${req.method} ${req.baseUrl}${req.url}`));
  app.use(((error: unknown, _req, res, _next) => {
    res.status(418).send(`behind, with ${error instanceof Error ? error.message : String(error)}`);
  }) as ErrorRequestHandler);
  return app;
}

function oneByOne(handlers: readonly Placed[]): Express {
  return appWith((app) => {
    for (const { path, handler } of handlers) app.use(path, handler);
  });
}

/** The first half of the handlers stands in a layer on top of the others'. */
function composed(handlers: readonly Placed[]): Express {
  const entries = handlers.map(({ path, handler }, index): LayerEntry =>
    path === '/' ? handler : wrap(handler, { name: `m${index}`, path }),
  );
  const half = Math.floor(entries.length / 2);
  const layers = { lower: entries.slice(half), upper: entries.slice(0, half) };
  return appWith((app) => app.use(compose(layers) as RequestHandler));
}

/** What a client can see of an answer. */
function visible({ status, headers, text, body }: Response): object {
  const { date: _, ...rest } = headers as Record<string, string>;
  return { status, headers: rest, text, body };
}

async function ask(
  server: Server,
  { path, method, origin, body }: typeof asked extends fc.Arbitrary<infer Asked> ? Asked : never,
): Promise<object> {
  const test = request(server)[method.toLowerCase() as 'get'](path).set('Cookie', 'a=b; c=d');
  if (origin !== undefined) void test.set('Origin', origin);
  if (method === 'OPTIONS') void test.set('Access-Control-Request-Method', 'POST');
  if (method === 'POST') void test.type('json').send(body);
  return visible(await test.ok(() => true));
}

describe('For whatever handlers, a client', () => {
  it('sees of compose what it sees of app.use, one by one', async () => {
    await fc.assert(
      fc.asyncProperty(
        placed,
        fc.array(asked, { minLength: 1, maxLength: 4 }),
        async (handlers, requests) => {
          const answers = (app: Express): Promise<object[]> =>
            serving(app, async (server) => {
              const all: object[] = [];
              for (const one of requests) all.push(await ask(server, one));
              return all;
            });
          assert.deepEqual(await answers(composed(handlers)), await answers(oneByOne(handlers)));
        },
      ),
    );
  });
});
