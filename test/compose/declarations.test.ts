import assert from 'node:assert/strict';
import compression from 'compression';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import express, { type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import helmet from 'helmet';
import request, { type Response } from 'supertest';
import { type Declaration, declarations } from '../../lib/compose.ts';

import './state-keys.ts';

const text = 'A text that is long enough for it to be compressed. '.repeat(100);
const plain: RequestHandler = (_req, res) => void res.type('text').send(text);

/** What Express and Node set by themselves. */
const OF_EXPRESS = new Set(
  (
    'connection content-length content-type date etag keep-alive transfer-encoding x-powered-by ' +
    'content-encoding'
  ).split(' '),
);

/** The headers that a middleware adds to an answer, in lower case, and the statuses with which it ends it. */
async function doings(
  handlers: readonly RequestHandler[],
  ask: Ask[],
): Promise<{ headers: string[]; ends: number[] }> {
  const headers = new Set<string>();
  const ends = new Set<number>();
  for (const handler of handlers) {
    const app = express().use(handler, plain);
    for (const one of ask) {
      const answer = await one(request(app));
      const own = new Set(Object.keys(answer.headers));
      const without = await one(request(express().use(plain)));
      for (const name of own) {
        if (!OF_EXPRESS.has(name) || (name === 'content-encoding' && without.headers[name] === undefined)) {
          headers.add(name);
        }
      }
      if (answer.status !== 200) ends.add(answer.status);
    }
  }
  return { headers: [...headers].sort(), ends: [...ends].sort() };
}

type Ask = (agent: ReturnType<typeof request>) => PromiseLike<Response>;

const get: Ask = (agent) => agent.get('/').set('Origin', 'https://app.example');
const preflight: Ask = (agent) =>
  agent
    .options('/')
    .set('Origin', 'https://app.example')
    .set('Access-Control-Request-Method', 'PUT')
    .set('Access-Control-Request-Headers', 'X-One');

describe('The ready declarations', () => {
  const holds = (name: string, declaration: Declaration, handlers: RequestHandler[], ask = [get]) =>
    it(`say of ${name} which headers it sets, and how it ends a response`, async () => {
      const { headers, ends } = await doings(handlers, ask);
      const declared = (declaration.headers ?? []).map((header) => header.toLowerCase()).sort();
      assert.deepEqual(declared, headers);
      assert.deepEqual(declaration.ends ?? [], ends);
    });

  holds('helmet', declarations.helmet, [helmet()]);
  holds(
    'cors',
    declarations.cors,
    [
      cors({ origin: true, credentials: true, exposedHeaders: ['X-One'], maxAge: 60 }),
      cors({ methods: ['PUT'], allowedHeaders: ['X-One'] }),
    ],
    [get, preflight],
  );
  holds('cookie-parser', declarations.cookieParser, [cookieParser()]);
  holds('express-session', declarations.expressSession, [
    session({ secret: 'not a secret', resave: false, saveUninitialized: true }),
  ]);
  holds('compression', declarations.compression, [compression()]);
  holds(
    'express-rate-limit',
    declarations.expressRateLimit,
    (['draft-6', 'draft-7', 'draft-8'] as const).map((standardHeaders) =>
      rateLimit({ limit: 1, standardHeaders, legacyHeaders: true, validate: false }),
    ),
    [get, get],
  );

  /** What is on a request behind a handler and was not, or was another, in front of it. */
  async function written(handler: RequestHandler): Promise<string[]> {
    const before = new Map<string, unknown>();
    const watched = ['cookies', 'signedCookies', 'session', 'sessionID', 'body'];
    const app = express();
    app.use((req, _res, next) => {
      for (const name of watched) before.set(name, Reflect.get(req, name));
      next();
    });
    app.use(handler, (req, res) => {
      res.json(
        watched.filter((name) => Reflect.get(req, name) !== before.get(name)).map((name) => `req.${name}`),
      );
    });
    return (await get(request(app))).body as string[];
  }

  it('say of cookie-parser and express-session what they write on the request', async () => {
    const sessions = session({ secret: 'not a secret', resave: false, saveUninitialized: true });
    assert.deepEqual(await written(cookieParser()), declarations.cookieParser.writes);
    assert.deepEqual(await written(sessions), declarations.expressSession.writes);
  });
});
